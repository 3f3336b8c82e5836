package consul.launcher.quorum;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import consul.launcher.consul.ApiAnswer;
import consul.launcher.consul.Json;
import consul.launcher.recovery.Member;
import consul.launcher.recovery.RaftServer;
import consul.launcher.recovery.RaftState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Documents as Consul 1.8.7 gives them.
final class RaftTest {

    private static final Instant AT = Instant.parse("2026-11-22T21:19:28Z");

    @Test
    void readsAFollowersState() {
        JsonNode self = self("1.5s", "118", "4", "0", "0");
        RaftState state = Raft.state(self, configuration(42));

        assertEquals(
                new RaftState(
                        List.of(
                                new RaftServer("39d5", "10.0.0.1:8300", "i-0a", true),
                                new RaftServer("7a87", "10.0.0.2:8300", "i-0b", false)),
                        42,
                        4,
                        118,
                        117),
                state);
        assertEquals(Optional.of(AT.minusMillis(1500)), Raft.contact(self, AT));
    }

    @Test
    void takesTheSnapshotWhereItGoesFurtherThanTheLog() {
        JsonNode self = self("never", "0", "0", "118", "5");
        RaftState state = Raft.state(self, configuration(1));

        assertEquals(118, state.lastIndex());
        assertEquals(5, state.lastTerm());
        assertEquals(Optional.empty(), Raft.contact(self, AT));
    }

    @Test
    void takesAnyEntryForTheConfigurationsWhereConsulDoesNotSayWhichItIs() {
        assertEquals(
                118,
                Raft.state(self("0", "118", "4", "0", "0"), configuration(0)).configurationIndex());
    }

    @Test
    void knowsABlankServerByItsStatisticsAlone() {
        assertTrue(Raft.isBlank(json("{\"Stats\":{\"raft\":{\"last_log_index\":\"0\",\"last_snapshot_index\":\"0\","
                + "\"latest_configuration\":\"[]\"}}}")));
        assertFalse(Raft.isBlank(json("{\"Stats\":{\"raft\":{\"last_log_index\":\"0\",\"last_snapshot_index\":\"7\","
                + "\"latest_configuration\":\"[]\"}}}")));
        assertFalse(Raft.isBlank(json("{\"Stats\":{}}")), "unknown is not blank");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "23.4ms, 23400000", "1m2.5s, 62500000000", "12.5µs, 12500", "1h0m0s, 3600000000000"})
    void readsGosDurations(String text, long nanos) {
        assertEquals(Optional.of(Duration.ofNanos(nanos)), Raft.duration(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"never", "", "5", "ms", "1.2.3s", "5x"})
    void takesNothingElseForADuration(String text) {
        assertEquals(Optional.empty(), Raft.duration(text));
    }

    @Test
    void readsMembers() {
        JsonNode members = json("""
                [{"Name":"i-0a","Addr":"10.0.0.1","Port":8301,"Status":4,
                  "Tags":{"id":"39d5","port":"8300","role":"consul"}},
                 {"Name":"i-0c","Addr":"fd00::3","Port":8301,"Status":1,"Tags":{"id":"c","role":"node"}}]""");

        assertEquals(
                List.of(
                        new Member("i-0a", "39d5", "10.0.0.1:8300", Member.Status.FAILED, true),
                        new Member("i-0c", "c", "[fd00::3]:", Member.Status.ALIVE, false)),
                Raft.members(members));
        assertEquals("fd00::3", Raft.host("[fd00::3]:8300"));
    }

    private static JsonNode self(String contact, String index, String term, String snapshotIndex, String snapshotTerm) {
        return json("{\"Stats\":{\"raft\":{\"last_contact\":\"" + contact + "\",\"last_log_index\":\"" + index
                + "\",\"last_log_term\":\"" + term + "\",\"last_snapshot_index\":\"" + snapshotIndex
                + "\",\"last_snapshot_term\":\"" + snapshotTerm + "\",\"commit_index\":\"117\"}}}");
    }

    private static JsonNode configuration(int index) {
        return json("{\"Servers\":[{\"ID\":\"39d5\",\"Node\":\"i-0a\",\"Address\":\"10.0.0.1:8300\",\"Leader\":false,"
                + "\"Voter\":true},{\"ID\":\"7a87\",\"Node\":\"i-0b\",\"Address\":\"10.0.0.2:8300\",\"Voter\":false}],"
                + "\"Index\":" + index + "}");
    }

    private static JsonNode json(String text) {
        return Json.read(new ApiAnswer.Ok<>(text)) instanceof ApiAnswer.Ok<JsonNode> ok
                ? ok.value()
                : fail("not JSON: " + text);
    }

    private static JsonNode fail(String why) {
        throw new AssertionError(why);
    }
}
