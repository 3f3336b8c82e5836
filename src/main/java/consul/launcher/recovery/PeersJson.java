package consul.launcher.recovery;

import java.util.Comparator;
import java.util.List;

/// The content of `raft/peers.json` in the form of raft protocol 3. Ids and addresses are well formed, so
/// nothing needs escaping.
final class PeersJson {

    private PeersJson() {}

    static String of(List<Peer> peers) {
        StringBuilder json = new StringBuilder("[\n");
        List<Peer> sorted =
                peers.stream().sorted(Comparator.comparing(Peer::raftId)).toList();
        for (Peer peer : sorted) {
            json.append("  {\"id\": \"").append(peer.raftId());
            json.append("\", \"address\": \"").append(peer.address());
            json.append("\", \"non_voter\": ").append(!peer.voter());
            json.append(peer.equals(sorted.getLast()) ? "}\n" : "},\n");
        }
        return json.append("]\n").toString();
    }
}
