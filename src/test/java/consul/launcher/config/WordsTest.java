package consul.launcher.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WordsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`a b`                                  | `a,b`",
                "`  a \t\n b  `                         | `a,b`",
                "`'a b' c`                              | `a b,c`",
                "`\"a 'b' c\"`                          | `a 'b' c`",
                "`\"a \\\" b\"`                         | `a \" b`",
                "`'a \\ b'`                             | `a \\ b`",
                "`a\\ b`                                | `a\\,b`",
                "`-bind=10.0.0.9 -node=a\\b`            | `-bind=10.0.0.9,-node=a\\b`",
                "`\"\" x`                               | `,x`",
                "`-bind {{ GetPrivateInterface }}`      | `-bind,{{ GetPrivateInterface }}`",
                "`-bind={{ GetInterfaceIP \"eth0\" }} x`| `-bind={{ GetInterfaceIP \"eth0\" }},x`",
                "`* ? [a] $HOME`                        | `*,?,[a],$HOME`",
            })
    void splitsAsAPersonMeansIt(String text, String expected) {
        assertEquals(List.of(expected.split(",", -1)), Words.split(text));
    }

    @Test
    void whiteSpaceAloneHasNoWords() {
        assertEquals(List.of(), Words.split(" \t\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"'a", "a \"b", "{{ GetPrivateInterface"})
    void refusesWhatIsNotClosed(String text) {
        assertThrows(IllegalArgumentException.class, () -> Words.split(text));
    }
}
