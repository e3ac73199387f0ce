package espalier.engine.kernel;

/**
 * Kernels of Winograd's F(2×2, 3×3), for {@link WinogradProduct} and convolutions whose channels lie in lanes. {@code lanes} are
 * those of {@link GemmKernels#lanes}.
 *
 * <p>Matrices have no zero elements here: {@code Bᵀ = [1 0 −1 0; 0 1 1 0; 0 −1 1 0; 0 1 0 −1]}, {@code Aᵀ = [1 1 1 0; 0 1 −1 −1]}.
 */
public interface WinogradKernels {
    /** Rows of a tile of {@link #product} and {@link #accumulate}. */
    int ROWS = GemmKernels.ROWS;

    /**
     * {@code V = Bᵀ·D·B} of Winograd's F(2×2, 3×3), for each channel c and vector t: D the 4×4 neighbours from
     * {@code x[xOffset + c·plane + at[atOffset + t]]} on, every lane by itself.
     *
     * @param rowStep elements between rows 0 and 1 of D, and 2 and 3; {@code twoRows} between rows 0 and 2; {@code columnStep}
     *     between its columns
     * @param v element (i, j) goes to {@code vOffset + (4i + j)·vStep + (c·vectors + t)·lanes}
     */
    void input(int channels, int vectors, float[] x, int xOffset, int plane, int[] at, int atOffset,
            int rowStep, int twoRows, int columnStep, float[] v, int vOffset, int vStep);

    /**
     * {@code Y = clamp(Aᵀ·M·A + bias)} of Winograd's F(2×2, 3×3), for each row o and vector t: Y the 2×2 neighbours from
     * {@code y[yOffset + o·plane + at[atOffset + t]]} on.
     *
     * @param m element (i, j) at {@code mOffset + (4i + j)·mStep + (o·vectors + t)·lanes}
     * @param bias of row o at {@code biasOffset + o}
     */
    void output(int rows, int vectors, float[] m, int mOffset, int mStep, float[] bias, int biasOffset,
            float lowest, float highest, float[] y, int yOffset, int plane, int[] at, int atOffset, int rowStep, int columnStep);

    /**
     * {@code V = A·D·Aᵀ}: what {@link #output} is to D by the gradient of its result, for each channel c and vector t: D the 2×2
     * neighbours from {@code y[yOffset + c·plane + at[atOffset + t]]} on.
     *
     * @param rowStep elements between the rows of D, {@code columnStep} between its columns
     * @param v as {@link #input} has it
     */
    void gradient(int channels, int vectors, float[] y, int yOffset, int plane, int[] at, int atOffset,
            int rowStep, int columnStep, float[] v, int vOffset, int vStep);

    /**
     * {@code gW = Gᵀ·S·G}, in place, for each vector v, every lane by itself: the gradient of 3×3 weights by that of {@code G·W·Gᵀ};
     * {@code Gᵀ = [1 ½ ½ 0; 0 ½ −½ 0; 0 ½ ½ 1]}. Row 0 of gW takes the place of that of S, 1 that of row 1, 2 that of row 3; row 2 of
     * S is left.
     *
     * @param s element (i, j) at {@code sOffset + (4i + j)·sStep + v·lanes}
     */
    void weightGradient(int vectors, float[] s, int sOffset, int sStep);

    /** {@return whether {@link #toLanes} and {@link #fromLanes} take little longer than to copy: not element by element} */
    boolean transposes();

    /** {@code y[yOffset + at[p] + l] = x[xOffset + l·plane + p]} for p below n and each lane l: planes of channels to lanes. */
    void toLanes(int n, float[] x, int xOffset, int plane, float[] y, int yOffset, int[] at);

    /** {@code y[yOffset + l·plane + p] = x[xOffset + p·lanes + l]} for p below n and each lane l. */
    void fromLanes(int n, float[] x, int xOffset, float[] y, int yOffset, int plane);

    /**
     * {@code C[v][r][l] = Σ_p a[aOffset + terms[p] + r·lanes]·b[bOffset + v·bStep + p·lanes + l]}, p below k and r below
     * {@link #ROWS}.
     *
     * @param c element (v, r, l) at {@code cOffset + v·cStep + r·lanes + l}; overwritten
     */
    void product(int vectors, int k, float[] a, int aOffset, int[] terms, float[] b, int bOffset, int bStep,
            float[] c, int cOffset, int cStep);

    /** {@code C[v][r][l] += Σ_p a[aOffset + p·lanes + r]·b[bOffset + v·bStep + p·lanes + l]}, else like {@link #product}. */
    void accumulate(int vectors, int k, float[] a, int aOffset, float[] b, int bOffset, int bStep,
            float[] c, int cOffset, int cStep);
}
