package espalier.bench.study;

/**
 * What the gradients are summed over that prune by gradient and by GAP.
 *
 * @param images training images, the first ones; null for all
 * @param attack what GAP's images are made with
 */
public record Scores(Integer images, Attack attack) {}
