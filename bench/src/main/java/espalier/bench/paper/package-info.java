/** The report of a study: the paper's figure, the transfer matrix, images, densities, tables, and a page that shows them. */
package espalier.bench.paper;
