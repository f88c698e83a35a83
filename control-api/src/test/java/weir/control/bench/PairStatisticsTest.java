// SPDX-License-Identifier: Apache-2.0
package weir.control.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class PairStatisticsTest {
    @Test
    void takesTheMiddleOfAnOddNumber() {
        assertEquals(
                new PairStatistics(0.7, 0.5, 0.9, List.of(0.9, 0.5, 0.7)), PairStatistics.of(List.of(0.9, 0.5, 0.7)));
    }

    @Test
    void takesTheMeanOfTheTwoInTheMiddleOfAnEvenNumber() {
        assertEquals(2.5, PairStatistics.median(List.of(4.0, 1.0, 3.0, 2.0)));
    }
}
