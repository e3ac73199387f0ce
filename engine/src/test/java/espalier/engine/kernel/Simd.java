package espalier.engine.kernel;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Tests that run once for each vector width: an execution in the pom forces it. Wider than the processor's is skipped. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("simd")
@ExtendWith(Simd.Supported.class)
public @interface Simd {
    /** Skips the class where the processor has no vectors of the width in force. */
    final class Supported implements BeforeAllCallback {
        @Override
        public void beforeAll(ExtensionContext context) {
            Assumptions.assumeTrue(bits() <= FloatVector.SPECIES_PREFERRED.vectorBitSize(),
                    "this processor has no vectors of " + bits() + " bits");
        }

        /** {@return the bits that {@code -Despalier.simd} asks for; 0 for the scalar kernels and for auto} */
        private static int bits() {
            String simd = System.getProperty("espalier.simd", "auto");
            return simd.equals("off") || simd.equals("auto") ? 0 : Integer.parseInt(simd);
        }
    }
}
