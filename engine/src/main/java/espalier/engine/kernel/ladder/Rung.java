package espalier.engine.kernel.ladder;

/**
 * One way to compute what all rungs of a ladder compute.
 *
 * @param name one word
 * @param idea what it adds to the rung below
 */
public record Rung<T>(String name, String idea, T code) {}
