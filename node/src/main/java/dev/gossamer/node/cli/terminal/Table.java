package dev.gossamer.node.cli.terminal;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Rows under headings, laid out for a given width: the least important columns go first, then the
 * widest one is cut. Immutable settings, rows are added; for one thread.
 */
public final class Table {
    private static final String GAP = "  ";
    private static final int CUT_WIDTH_MIN = 4;

    /** Where a column's text stands. */
    public enum Align {
        LEFT,
        RIGHT
    }

    /**
     * One column.
     *
     * @param importance columns of lower importance are left out first when space is short; those
     *     of {@link #ESSENTIAL} never are
     */
    public record Column(String heading, Align align, int importance) {
        public static final int ESSENTIAL = 100;

        public static Column text(String heading) {
            return new Column(heading, Align.LEFT, ESSENTIAL);
        }

        public static Column number(String heading) {
            return new Column(heading, Align.RIGHT, ESSENTIAL);
        }

        /** The same column, left out when space is short. */
        public Column importance(int value) {
            return new Column(heading, align, value);
        }
    }

    private final List<Column> columns;
    private final List<List<String>> rows = new ArrayList<>();

    public Table(List<Column> columns) {
        this.columns = List.copyOf(columns);
    }

    /**
     * @throws IllegalArgumentException when the row has more or fewer cells than there are columns
     */
    public Table row(String... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(
                    cells.length + " cells for " + columns.size() + " columns");
        }
        rows.add(List.of(cells));
        return this;
    }

    /** The heading and the rows, none longer than {@code width} as long as the columns allow it. */
    public List<String> lines(int width) {
        List<Integer> shown = IntStream.range(0, columns.size()).boxed().toList();
        while (totalWidth(shown) > width && leastImportant(shown).isPresent()) {
            int least = leastImportant(shown).getAsInt();
            shown = shown.stream().filter(column -> column != least).toList();
        }
        int[] widths = widths(shown);
        cutWidest(widths, width - GAP.length() * (shown.size() - 1));
        List<String> lines = new ArrayList<>();
        lines.add(line(shown, widths, columns.stream().map(Column::heading).toList()));
        for (List<String> row : rows) {
            lines.add(line(shown, widths, row));
        }
        return lines;
    }

    /** The rightmost of those columns that may be left out and matter least. */
    private OptionalInt leastImportant(List<Integer> shown) {
        return shown.stream()
                .mapToInt(column -> column)
                .filter(column -> columns.get(column).importance() < Column.ESSENTIAL)
                .reduce((left, right) ->
                        columns.get(right).importance() <= columns.get(left).importance()
                                ? right
                                : left);
    }

    private int totalWidth(List<Integer> shown) {
        int total = GAP.length() * (shown.size() - 1);
        for (int width : widths(shown)) {
            total += width;
        }
        return total;
    }

    private int[] widths(List<Integer> shown) {
        return shown.stream().mapToInt(this::widthOf).toArray();
    }

    private int widthOf(int column) {
        int width = columns.get(column).heading().length();
        for (List<String> row : rows) {
            width = Math.max(width, row.get(column).length());
        }
        return width;
    }

    private static void cutWidest(int[] widths, int available) {
        int total = 0;
        for (int width : widths) {
            total += width;
        }
        while (total > available) {
            int widest = 0;
            for (int i = 1; i < widths.length; i++) {
                widest = widths[i] > widths[widest] ? i : widest;
            }
            if (widths[widest] <= CUT_WIDTH_MIN) {
                return;
            }
            widths[widest]--;
            total--;
        }
    }

    private String line(List<Integer> shown, int[] widths, List<String> cells) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < shown.size(); i++) {
            int column = shown.get(i);
            line.append(i == 0 ? "" : GAP);
            line.append(cell(cells.get(column), widths[i], columns.get(column).align()));
        }
        return line.toString().stripTrailing();
    }

    private static String cell(String text, int width, Align align) {
        String cut = text.length() <= width ? text : text.substring(0, width - 1) + "…";
        String blanks = " ".repeat(width - cut.length());
        return switch (align) {
            case LEFT -> cut + blanks;
            case RIGHT -> blanks + cut;
        };
    }
}
