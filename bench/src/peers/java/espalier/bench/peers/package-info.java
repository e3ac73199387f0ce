/**
 * Libraries that a user would otherwise take, next to whom we are measured. Built by the Maven profile {@code peers} only;
 * they are never a dependency of ours.
 */
package espalier.bench.peers;
