package espalier.bench.cli;

import espalier.attacks.PixelUnits;
import espalier.bench.study.Pixels;
import espalier.datasets.Datasets;
import espalier.engine.UserError;
import espalier.nn.model.Models;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Option values that are names from a list, or lengths: a wrong one is wrong usage, and the message says what is allowed. */
final class Names {
    private Names() {}

    /** One of a list. */
    abstract static class OneOf extends ArrayList<String> implements ITypeConverter<String> {
        OneOf(List<String> allowed) {
            super(allowed);
        }

        @Override
        public String convert(String value) {
            if (!contains(value)) {
                throw new TypeConversionException("'" + value + "' is not one of " + String.join(", ", this));
            }
            return value;
        }
    }

    /** {@code --model}. */
    static final class ModelName extends OneOf {
        ModelName() {
            super(Models.names());
        }
    }

    /** {@code --dataset}. */
    static final class DatasetName extends OneOf {
        DatasetName() {
            super(Datasets.names());
        }
    }

    /** {@code --optimizer}. */
    static final class OptimizerName extends OneOf {
        OptimizerName() {
            super(espalier.nn.train.OptimizerConfig.NAMES);
        }
    }

    /** {@code --schedule}. */
    static final class ScheduleName extends OneOf {
        ScheduleName() {
            super(espalier.nn.train.ScheduleConfig.NAMES);
        }
    }

    /** {@code --epsilon}: {@code 8/255} or {@code 0.03}. */
    static final class PixelsConverter implements ITypeConverter<Pixels> {
        @Override
        public Pixels convert(String value) {
            try {
                return new Pixels(PixelUnits.parse(value));
            } catch (UserError e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
