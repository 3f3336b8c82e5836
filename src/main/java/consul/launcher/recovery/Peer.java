package consul.launcher.recovery;

/// One server of the new configuration: a survivor.
///
/// @param uncommitted how many entries at the end of its log are not known to be committed; ingesting
///     peers.json commits the voter's
record Peer(
        String raftId, String name, String address, boolean voter, long lastTerm, long lastIndex, long uncommitted) {

    /// Whether peers.json takes them: an id, and `ip:port`. An unreadable file would keep Consul from starting.
    static boolean isWellFormed(String raftId, String address) {
        int colon = address.lastIndexOf(':');
        return isPlain(raftId, "-_.")
                && colon > 0
                && isPlain(address, "-_.:[]")
                && isPort(address.substring(colon + 1));
    }

    private static boolean isPort(String text) {
        return !text.isEmpty() && text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static boolean isPlain(String text, String besides) {
        return !text.isEmpty()
                && text.chars()
                        .allMatch(c -> (c >= '0' && c <= '9')
                                || (c >= 'a' && c <= 'z')
                                || (c >= 'A' && c <= 'Z')
                                || besides.indexOf(c) >= 0);
    }
}
