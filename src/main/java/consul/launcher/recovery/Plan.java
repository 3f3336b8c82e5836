package consul.launcher.recovery;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/// What a recovery will do: who is dead and by which proof, who is left, and what is written. Made by [Planner]
/// only. Every survivor makes the same plan: what was seen from here only (times, loss, directories) is in the
/// text, but not in the hash.
public final class Plan {

    /// Why the launcher doesn't apply it by itself.
    public enum ByHand {
        SEVERAL_HOLDERS("several servers hold raft state"),
        OWNER_UNKNOWN("the data directory does not say which instance wrote it"),
        FOREIGN_DISK("the data directory was written by another instance"),
        NOT_A_VOTER("this server is no voter of its own configuration");

        private final String text;

        ByHand(String text) {
            this.text = text;
        }
    }

    /// A server of an old configuration that is gone for good.
    record Fallen(RaftServer server, List<Proof> proofs) {
        public Fallen {
            proofs = List.copyOf(proofs);
        }
    }

    private final int oldVoters;
    private final List<Fallen> dead;
    private final List<Peer> peers;
    private final Loss loss;
    private final Set<ByHand> byHand;
    private final Self self;
    private final String dataDirectory;
    private final String hash;

    /// @param dead by raft id
    /// @param peers the voter first, then by raft id
    Plan(
            int oldVoters,
            List<Fallen> dead,
            List<Peer> peers,
            Loss loss,
            Set<ByHand> byHand,
            Self self,
            String dataDirectory) {
        this.oldVoters = oldVoters;
        this.dead = List.copyOf(dead);
        this.peers = List.copyOf(peers);
        this.loss = loss;
        EnumSet<ByHand> copy = EnumSet.noneOf(ByHand.class);
        copy.addAll(byHand);
        this.byHand = Collections.unmodifiableSet(copy);
        this.self = self;
        this.dataDirectory = dataDirectory;
        this.hash = hash(dead, peers);
    }

    private static String hash(List<Fallen> dead, List<Peer> peers) {
        StringBuilder core = new StringBuilder();
        for (Fallen fallen : dead) {
            core.append("dead ").append(fallen.server().id()).append('\n');
        }
        for (Peer peer : peers) {
            core.append("log ").append(peer.raftId()).append(' ').append(peer.lastTerm());
            core.append(' ').append(peer.lastIndex()).append('\n');
        }
        core.append(PeersJson.of(peers));
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(core.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /// Twelve hexadecimal digits, the same on every survivor for as long as the dead, the survivors and their
    /// logs are the same.
    public String hash() {
        return hash;
    }

    /// The content of `raft/peers.json`, the same on every survivor.
    public String peersJson() {
        return PeersJson.of(peers);
    }

    public String peersFile() {
        return dataDirectory + "/raft/peers.json";
    }

    /// Where the raft directory is copied before anything is changed.
    public String backupDirectory() {
        return dataDirectory + "/raft-before-" + hash;
    }

    /// The command that applies exactly this plan and no other.
    public String command() {
        return "consul-launcher recovery apply " + hash;
    }

    public Loss loss() {
        return loss;
    }

    /// Empty: the launcher may apply it by itself.
    public Set<ByHand> byHand() {
        return byHand;
    }

    /// The instance that becomes the only voter.
    public String voter() {
        return peers.getFirst().name();
    }

    /// The raft ids of the new configuration, to verify against.
    public List<String> raftIds() {
        return peers.stream().map(Peer::raftId).toList();
    }

    /// Every survivor's node name, in the order in which the plan is to be applied: the voter first.
    public List<String> survivors() {
        return peers.stream().map(Peer::name).toList();
    }

    public String headline() {
        long voters = dead.stream().filter(fallen -> fallen.server().voter()).count();
        return "plan " + hash + ": " + voters + " of " + oldVoters + " voters are dead for good; " + voter()
                + " becomes the only voter; loss: " + loss.text();
    }

    /// For a person to check, line by line.
    public String text() {
        StringBuilder text = new StringBuilder(headline()).append('\n');
        text.append("\nDead for good (EC2 said terminated, twice, each time with ")
                .append(self.instanceId());
        text.append(" running in the same answer)\n");
        for (Fallen fallen : dead) {
            text.append("  ")
                    .append(fallen.server().voter() ? "voter     " : "non-voter ")
                    .append(fallen.server().id());
            for (Proof proof : fallen.proofs()) {
                text.append("  ").append(proof.instanceId()).append(" at ").append(proof.first());
                text.append(" and ").append(proof.second());
            }
            text.append('\n');
        }
        text.append("\nNew configuration (the best log is the only voter; Consul promotes the others)\n");
        for (Peer peer : peers) {
            text.append("  ").append(peer.voter() ? "voter     " : "non-voter ").append(peer.raftId());
            text.append("  ")
                    .append(peer.name())
                    .append("  ")
                    .append(peer.address())
                    .append("  last entry: term ");
            text.append(peer.lastTerm())
                    .append(", index ")
                    .append(peer.lastIndex())
                    .append('\n');
        }
        text.append("\nLoss: ").append(loss.text()).append('\n');
        text.append("The voter's whole log becomes valid, with ")
                .append(peers.getFirst().uncommitted());
        text.append(" entries at its end that are not known to have been acknowledged\n");
        text.append("\nOn ")
                .append(self.instanceId())
                .append(":\n  stop Consul\n  look again, and go on only with the same plan\n");
        text.append("  copy ")
                .append(dataDirectory)
                .append("/raft to ")
                .append(backupDirectory())
                .append('\n');
        text.append("  write ").append(peersFile()).append(":\n");
        peersJson().lines().forEach(line -> text.append("    ").append(line).append('\n'));
        text.append("  start Consul, wait for a leader and for this configuration\n");
        text.append("\nBy the launcher itself: ").append(byHand.isEmpty() ? "yes, in mode auto\n" : "no: ");
        text.append(String.join("; ", byHand.stream().map(reason -> reason.text).toList()));
        text.append(byHand.isEmpty() ? "" : "\n");
        text.append("By hand: ")
                .append(command())
                .append(" on ")
                .append(String.join(", then ", survivors()))
                .append('\n');
        return text.toString();
    }
}
