package dev.gossamer.node.cli.terminal;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/**
 * Where the command line speaks: answers on one writer, everything about the work on the other. A
 * status line is rewritten in place on a terminal and left out elsewhere.
 *
 * <p>For one thread at a time; a status line and a line never mix.
 */
public final class Terminal {
    private static final String ERASE_LINE = "\r\u001b[K";
    private static final String RESET = "\u001b[0m";
    private static final int COLUMNS_MIN = 40;

    private final OutputStream bytes;
    private final PrintWriter out;
    private final PrintWriter err;
    private final int columns;
    private final boolean live;
    private final boolean colours;
    private boolean statusShown;

    /** A meaning that is coloured where colours are wanted. */
    public enum Mood {
        GOOD("\u001b[32m"),
        WARNING("\u001b[33m"),
        BAD("\u001b[31m"),
        HEADING("\u001b[1m");

        private final String escape;

        Mood(String escape) {
            this.escape = escape;
        }
    }

    /**
     * @param columns the width that tables fit into
     * @param live whether {@code out} is a terminal, where lines can be rewritten
     * @param colours whether the terminal's user wants colours
     */
    public Terminal(
            OutputStream out, OutputStream err, int columns, boolean live, boolean colours) {
        this.bytes = out;
        this.out = new PrintWriter(out, false, StandardCharsets.UTF_8);
        this.err = new PrintWriter(err, false, StandardCharsets.UTF_8);
        this.columns = Math.max(COLUMNS_MIN, columns);
        this.live = live;
        this.colours = live && colours;
    }

    public PrintWriter out() {
        return out;
    }

    public PrintWriter err() {
        return err;
    }

    public boolean colours() {
        return colours;
    }

    public int columns() {
        return columns;
    }

    public boolean live() {
        return live;
    }

    /** A line of the answer. */
    public synchronized void line(String text) {
        clearStatus();
        out.println(text);
        out.flush();
    }

    /** Bytes of the answer as they are, then an end of line. */
    public synchronized void line(byte[] answer) {
        clearStatus();
        out.flush();
        try {
            bytes.write(answer);
            bytes.write('\n');
            bytes.flush();
        } catch (IOException e) {
            throw new CliException("the answer could not be written: " + e.getMessage(), e);
        }
    }

    /** A line about the work: on the error stream, so that answers can be piped. */
    public synchronized void note(String text) {
        clearStatus();
        err.println(text);
        err.flush();
    }

    /** What goes on now: rewritten in place on a terminal, nothing elsewhere. */
    public synchronized void status(String text) {
        if (live) {
            String cut = text.length() < columns ? text : text.substring(0, columns - 1);
            err.print(ERASE_LINE + cut);
            err.flush();
            statusShown = true;
        }
    }

    /** Takes the status line away. */
    public synchronized void clearStatus() {
        if (statusShown) {
            err.print(ERASE_LINE);
            err.flush();
            statusShown = false;
        }
    }

    /** Clears the screen of a terminal, for an answer that is shown again and again. */
    public synchronized void clearScreen() {
        if (live) {
            out.print("\u001b[H\u001b[2J");
        }
    }

    /** The heading and rows of a table. */
    public void table(Table table) {
        boolean first = true;
        for (String text : table.lines(columns)) {
            line(first ? coloured(text, Mood.HEADING) : text);
            first = false;
        }
    }

    public String coloured(String text, Mood mood) {
        return colours ? mood.escape + text + RESET : text;
    }
}
