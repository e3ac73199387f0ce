package espalier.bench.report;

import java.util.ArrayList;
import java.util.List;

/**
 * A Markdown table whose columns line up, so that it reads well on a terminal and wherever it is pasted. The first columns,
 * as many as hold text, are set left; the others right.
 */
public final class Table {
    private final List<String> head;
    private final int textColumns;
    private final List<List<String>> rows = new ArrayList<>();

    /** A table without rows, whose first {@code textColumns} columns hold text. */
    public Table(int textColumns, String... head) {
        this.head = List.of(head);
        this.textColumns = textColumns;
    }

    /** Adds a row; one cell per column. */
    public void add(String... cells) {
        if (cells.length != head.size()) {
            throw new IllegalArgumentException("table: " + cells.length + " cells against " + head.size() + " columns");
        }
        rows.add(List.of(cells));
    }

    @Override
    public String toString() {
        int[] widths = new int[head.size()];
        for (int c = 0; c < widths.length; c++) {
            int column = c;
            widths[c] = Math.max(3, rows.stream().mapToInt(r -> r.get(column).length()).max().orElse(0));
            widths[c] = Math.max(widths[c], head.get(c).length());
        }
        StringBuilder text = new StringBuilder();
        append(text, head, widths);
        for (int c = 0; c < widths.length; c++) {
            text.append(c == 0 ? "|" : "").append(c < textColumns ? ":" : "-").append("-".repeat(widths[c]))
                    .append(c < textColumns ? "-|" : ":|");
        }
        text.append('\n');
        rows.forEach(r -> append(text, r, widths));
        return text.toString();
    }

    private void append(StringBuilder text, List<String> cells, int[] widths) {
        text.append('|');
        for (int c = 0; c < widths.length; c++) {
            String gap = " ".repeat(widths[c] - cells.get(c).length());
            text.append(' ').append(c < textColumns ? cells.get(c) + gap : gap + cells.get(c)).append(" |");
        }
        text.append('\n');
    }
}
