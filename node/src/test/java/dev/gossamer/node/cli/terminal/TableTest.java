package dev.gossamer.node.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gossamer.node.cli.terminal.Table.Column;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
    private static Table table() {
        return new Table(
                        List.of(
                                Column.text("name"),
                                Column.number("count"),
                                Column.text("remark").importance(1)))
                .row("a", "1", "first")
                .row("bb", "1,000", "second");
    }

    @Test
    void textStandsLeftAndNumbersRight() {
        assertThat(table().lines(80))
                .containsExactly(
                        "name  count  remark", "a         1  first", "bb    1,000  second");
    }

    @Test
    void theLeastImportantColumnGoesFirst() {
        assertThat(table().lines(12)).containsExactly("name  count", "a         1", "bb    1,000");
    }

    @Test
    void whatIsEssentialIsCutRatherThanLeftOut() {
        Table table = new Table(List.of(Column.text("a"), Column.text("b")));
        table.row("abcdefghijklmnop", "xy");
        assertThat(table.lines(12)).containsExactly("a         b", "abcdefg…  xy");
    }

    @Test
    void aRowThatDoesNotFitTheColumnsIsRefused() {
        assertThatThrownBy(() -> table().row("only one"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 cells for 3 columns");
    }
}
