package espalier.nn.checkpoint;

import espalier.engine.UserError;
import espalier.engine.tensor.Shape;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * The JSON at the start of a safetensors file: read with every claim checked, written as the format's own library writes
 * it.
 */
record SafetensorsHeader(List<Entry> entries, SequencedMap<String, String> metadata) {
    private static final String METADATA = "__metadata__";
    private static final JsonFactory JSON =
            JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    /** One tensor; its data are the bytes [begin, end) after the header. */
    record Entry(String name, DType dtype, Shape shape, long begin, long end) {}

    /**
     * {@return the header in {@code json}, its entries in the order of their data, which fill {@code dataLength} exactly}
     */
    static SafetensorsHeader parse(Path file, byte[] json, long dataLength) {
        SafetensorsHeader header;
        // Decoded strictly: Jackson would replace broken UTF-8.
        try (JsonParser p = JSON.createParser(ObjectReadContext.empty(),
                StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString())) {
            header = new Reader(file, p).read();
        } catch (CharacterCodingException e) {
            throw new UserError(file + " is not a safetensors file: its header is not text", e);
        } catch (JacksonException e) {
            throw new UserError(
                    file + " is not a safetensors file: its header is not valid JSON: " + JsonFault.of(e), e);
        }
        header.checkCover(file, dataLength);
        return header;
    }

    private void checkCover(Path file, long dataLength) {
        entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        long at = 0;
        for (Entry e : entries) {
            if (e.begin != at) {
                throw new UserError(file + ": the data of " + e.name + " begins at " + e.begin + ", expected " + at
                        + " (tensors must neither overlap nor leave gaps)");
            }
            if (e.end > dataLength) {
                throw new UserError(file + " is truncated: the data of " + e.name + " ends at " + e.end
                        + ", the file holds " + dataLength + " bytes of data");
            }
            at = e.end;
        }
        if (at != dataLength) {
            throw new UserError(
                    file + ": the tensors cover " + at + " bytes, the file holds " + dataLength + " bytes of data");
        }
    }

    static String text(List<Map.Entry<String, StoredTensor>> tensors, Map<String, String> metadata) {
        List<String> members = new ArrayList<>();
        if (!metadata.isEmpty()) {
            members.add(quoted(METADATA) + ":" + metadata.entrySet().stream()
                    .map(e -> quoted(e.getKey()) + ":" + quoted(e.getValue())).collect(Collectors.joining(",", "{", "}")));
        }
        long at = 0;
        for (var e : tensors) {
            StoredTensor t = e.getValue();
            String shape = Arrays.stream(t.shape().dims()).mapToObj(Integer::toString).collect(Collectors.joining(","));
            members.add(quoted(e.getKey()) + ":{\"dtype\":\"" + t.dtype() + "\",\"shape\":[" + shape + "],\"data_offsets\":["
                    + at + "," + (at + t.bytes().length) + "]}");
            at += t.bytes().length;
        }
        return "{" + String.join(",", members) + "}";
    }

    /** Escapes as serde_json does, which differs from Jackson in the case of hexadecimal digits. */
    private static String quoted(String s) {
        StringBuilder b = new StringBuilder("\"");
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            switch (c) {
                case '"' -> b.append("\\\"");
                case '\\' -> b.append("\\\\");
                case '\b' -> b.append("\\b");
                case '\f' -> b.append("\\f");
                case '\n' -> b.append("\\n");
                case '\r' -> b.append("\\r");
                case '\t' -> b.append("\\t");
                default -> b.append(c < ' ' ? String.format("\\u%04x", (int) c) : String.valueOf(c));
            }
        }
        return b.append('"').toString();
    }

    /** Takes the header's tokens one by one and refuses whatever the format does not have. */
    private record Reader(Path file, JsonParser p) {
        SafetensorsHeader read() {
            List<Entry> entries = new ArrayList<>();
            SequencedMap<String, String> metadata = new LinkedHashMap<>();
            expect(JsonToken.START_OBJECT, "header");
            while (p.nextToken() != JsonToken.END_OBJECT) {
                String name = p.currentName();
                expect(JsonToken.START_OBJECT, name);
                if (name.equals(METADATA)) {
                    while (p.nextToken() != JsonToken.END_OBJECT) {
                        String key = p.currentName();
                        expect(JsonToken.VALUE_STRING, METADATA + "." + key);
                        metadata.put(key, p.getString());
                    }
                } else {
                    entries.add(entry(name));
                }
            }
            if (p.nextToken() != null) {
                throw foreign("something follows the header's closing brace");
            }
            return new SafetensorsHeader(entries, metadata);
        }

        private Entry entry(String name) {
            DType dtype = null;
            Shape shape = null;
            long[] offsets = null;
            while (p.nextToken() != JsonToken.END_OBJECT) {
                switch (p.currentName()) {
                    case "dtype" -> dtype = dtype(name);
                    case "shape" -> shape = shape(name);
                    case "data_offsets" -> offsets = offsets(name);
                    default -> throw foreign(name + " has an unknown member " + p.currentName());
                }
            }
            if (dtype == null || shape == null || offsets == null) {
                throw foreign(name + " lacks " + (dtype == null ? "dtype" : shape == null ? "shape" : "data_offsets"));
            }
            long bytes = (long) shape.size() * dtype.bytes();
            if (offsets[1] - offsets[0] != bytes) {
                throw new UserError(file + ": " + name + " of " + dtype + " " + shape + " needs " + bytes
                        + " bytes, its offsets " + offsets[0] + ".." + offsets[1] + " hold " + (offsets[1] - offsets[0]));
            }
            if (bytes > Integer.MAX_VALUE - 8) {
                throw new UserError(file + ": " + name + " of " + dtype + " " + shape + " is larger than 2 GiB");
            }
            return new Entry(name, dtype, shape, offsets[0], offsets[1]);
        }

        private DType dtype(String name) {
            expect(JsonToken.VALUE_STRING, name + ".dtype");
            String text = p.getString();
            for (DType d : DType.values()) {
                if (d.name().equals(text)) {
                    return d;
                }
            }
            throw new UserError(file + ": " + name + " has the element type " + text + "; known are "
                    + Arrays.stream(DType.values()).map(DType::name).collect(Collectors.joining(", ")));
        }

        private Shape shape(String name) {
            expect(JsonToken.START_ARRAY, name + ".shape");
            IntArrayList dims = new IntArrayList();
            while (p.nextToken() != JsonToken.END_ARRAY) {
                long d = whole(name + ".shape");
                if (d > Integer.MAX_VALUE) {
                    throw new UserError(file + ": " + name + " has a dimension of " + d + ", which is too large");
                }
                dims.add((int) d);
            }
            try {
                return Shape.of(dims.toIntArray());
            } catch (IllegalArgumentException e) {
                throw new UserError(file + ": " + name + ": " + e.getMessage(), e);
            }
        }

        private long[] offsets(String name) {
            String what = name + ".data_offsets";
            expect(JsonToken.START_ARRAY, what);
            long[] offsets = new long[2];
            for (int i = 0; i < 2; i++) {
                p.nextToken();
                offsets[i] = whole(what);
            }
            expect(JsonToken.END_ARRAY, what);
            return offsets;
        }

        private long whole(String what) {
            if (p.currentToken() != JsonToken.VALUE_NUMBER_INT) {
                throw foreign(what + " has " + p.currentToken() + " where a whole number is expected");
            }
            long value = p.getLongValue();
            if (value < 0) {
                throw foreign(what + " is negative: " + value);
            }
            return value;
        }

        private void expect(JsonToken token, String what) {
            if (p.nextToken() != token) {
                throw foreign(what + " has " + p.currentToken() + " where " + token + " is expected");
            }
        }

        private UserError foreign(String why) {
            return new UserError(file + " is not a valid safetensors file: " + why);
        }
    }
}
