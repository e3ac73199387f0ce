/**
 * What networks are made of: one record an op, with its forward pass and its vector-Jacobian product.
 *
 * <p>A new op is a new record here, its loops in a group of {@link espalier.engine.kernel.Kernels}, scalar and vector, and its
 * cases in the tests' {@code OpCase}: a test fails until it has them.
 */
package espalier.engine.op;
