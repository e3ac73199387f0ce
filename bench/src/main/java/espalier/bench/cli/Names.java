package espalier.bench.cli;

import espalier.attacks.LabelSource;
import espalier.attacks.Norm;
import espalier.attacks.PixelUnits;
import espalier.attacks.Target;
import espalier.bench.study.Pixels;
import espalier.bench.lesson.Lesson;
import espalier.bench.study.Shard;
import espalier.compress.lower.Format;
import espalier.compress.prune.PruningStrategy;
import espalier.datasets.Datasets;
import espalier.engine.UserError;
import espalier.nn.model.Models;
import espalier.nn.train.OptimizerConfig;
import espalier.nn.train.ScheduleConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Option values that are names from a list, or lengths: a wrong one is wrong usage, and the message says what is allowed.
 */
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
            super(OptimizerConfig.NAMES);
        }
    }

    /** {@code --schedule}. */
    static final class ScheduleName extends OneOf {
        ScheduleName() {
            super(ScheduleConfig.NAMES);
        }
    }

    /** One of some values, by what its {@code toString} says. */
    abstract static class ConstantOf<E> implements ITypeConverter<E>, Iterable<String> {
        private final E[] constants;

        ConstantOf(E[] constants) {
            this.constants = constants;
        }

        @Override
        public E convert(String value) {
            for (E constant : constants) {
                if (constant.toString().equalsIgnoreCase(value)) {
                    return constant;
                }
            }
            throw new TypeConversionException("'" + value + "' is not one of " + String.join(", ", this));
        }

        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(constants).map(E::toString).iterator();
        }
    }

    /** {@code --strategy}. */
    static final class Strategy extends ConstantOf<PruningStrategy> {
        Strategy() {
            super(PruningStrategy.values());
        }
    }

    /** {@code --only}. */
    static final class Regex implements ITypeConverter<Pattern> {
        @Override
        public Pattern convert(String value) {
            try {
                return Pattern.compile(value);
            } catch (PatternSyntaxException e) {
                throw new TypeConversionException("'" + value + "' is not a regular expression: " + e.getDescription());
            }
        }
    }

    /** {@code --norm}. */
    static final class NormName extends ConstantOf<Norm> {
        NormName() {
            super(Norm.values());
        }
    }

    /** {@code --target}. */
    static final class TargetName extends ConstantOf<Target> {
        TargetName() {
            super(Target.values());
        }
    }

    /** {@code --labels}. */
    static final class LabelsName extends ConstantOf<LabelSource> {
        LabelsName() {
            super(LabelSource.values());
        }
    }

    /** {@code --attack}. */
    static final class MethodName extends ConstantOf<AttackOptions.Method> {
        MethodName() {
            super(AttackOptions.Method.values());
        }
    }

    /** {@code --format}. */
    static final class FormatName extends ConstantOf<Format> {
        FormatName() {
            super(Format.values());
        }
    }

    /** What a lesson is about. */
    static final class LessonName extends ConstantOf<Lesson> {
        LessonName() {
            super(Lesson.values());
        }
    }

    /** {@code --shard}: {@code 2/8}. */
    static final class ShardConverter implements ITypeConverter<Shard> {
        @Override
        public Shard convert(String value) {
            try {
                return Shard.parse(value);
            } catch (UserError e) {
                throw new TypeConversionException(e.getMessage());
            }
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
