package consul.launcher.consul;

import consul.launcher.config.ConsulApiSettings.Address;
import consul.launcher.http.Connection;
import consul.launcher.http.Endpoint;
import consul.launcher.http.HttpException;
import consul.launcher.http.Reply;
import consul.launcher.http.Request;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Looks at an agent every few seconds over connections that stay: one for each question, so that both are on their way
/// at once and the launcher wakes up for the answers together. For one thread.
final class PulseTaker implements AutoCloseable {

    /// Only the reply's fields count. There is no such service, and a token that may not see one gets the same.
    static final String CONTACT = "/v1/health/service/consul-launcher-none?stale";

    private static final long LONGEST_MILLIS = Duration.ofDays(365).toMillis();

    private final Address address;
    private final Request leader;
    private final Request lastContact;
    private final Connection first;
    private final Connection second;

    /// `System.nanoTime()` from before the last questions were sent, and whether the second one was.
    private long asked;

    private boolean contactAsked;

    PulseTaker(Address address, Endpoint endpoint, Duration timeout) {
        this.address = address;
        this.leader = Request.get(LocalAgent.prefix(address) + LocalAgent.LEADER, List.of());
        this.lastContact = Request.get(LocalAgent.prefix(address) + CONTACT, List.of());
        this.first = new Connection(endpoint, timeout, timeout, LocalAgent.LONGEST_BODY);
        this.second = new Connection(endpoint, timeout, timeout, LocalAgent.LONGEST_BODY);
    }

    /// Sends the questions whose answers the next [#take] receives. What can't be sent now is sent then.
    void send(boolean withContact) {
        try {
            ask(withContact);
        } catch (HttpException e) {
            // Said by who takes it, if it is still so.
        }
    }

    private void ask(boolean withContact) throws HttpException {
        asked = System.nanoTime();
        contactAsked = false;
        first.send(leader);
        contactAsked = withContact && isContactSent();
    }

    Pulse take(boolean withContact) {
        ApiAnswer<String> answer;
        try {
            if (!first.isSent(leader)) {
                ask(withContact);
            }
            answer = LocalAgent.leader(LocalAgent.answer(first.receive(), 200, "none"));
        } catch (HttpException e) {
            answer = LocalAgent.unreachable(address, e);
        }
        return new Pulse(answer, contactAsked && withContact ? contact() : Optional.empty(), asked);
    }

    private boolean isContactSent() {
        try {
            second.send(lastContact);
            return true;
        } catch (HttpException e) {
            return false;
        }
    }

    private Optional<Duration> contact() {
        try {
            return contact(second.receive());
        } catch (HttpException e) {
            return Optional.empty();
        }
    }

    /// https://developer.hashicorp.com/consul/api-docs/features/consistency
    static Optional<Duration> contact(Reply reply) {
        if (reply.status() != 200
                || !reply.field("x-consul-knownleader").orElse("").equals("true")) {
            return Optional.empty();
        }
        try {
            long millis = Long.parseLong(reply.field("x-consul-lastcontact").orElse(""));
            // One that never heard from a leader names the time since the beginning of the calendar.
            return millis < 0 || millis > LONGEST_MILLIS ? Optional.empty() : Optional.of(Duration.ofMillis(millis));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        first.close();
        second.close();
    }
}
