/** Pages that explain, with figures measured just now, what makes a compressed network faster and what does not. */
package espalier.bench.lesson;
