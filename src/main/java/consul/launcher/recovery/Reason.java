package consul.launcher.recovery;

/// Why there is no recovery although there may be need of one: a closed set, each with the exact next step.
/// `{}` stands for the instances, servers or rules in question.
public enum Reason {
    ACL_DENIED(
            "the token may not read what is needed",
            "give the launcher's token the rule {} (CONSUL_HTTP_TOKEN), or run consul-launcher recovery plan with one that has it"),
    NO_LOCAL_ANSWER(
            "the own agent did not tell what its raft holds",
            "look at Consul's own log on this instance; once the agent answers, this is tried again"),
    NOT_GATHERED(
            "the facts could not be gathered",
            "look at the data directory's space and permissions; this is tried again. {}"),
    NO_INSTANCE_ID(
            "this server's own EC2 instance id is not known",
            "see consul-launcher doctor for why EC2 metadata can't be read; nobody can be proven dead without it"),
    STRAY_PEERS_JSON(
            "there is a raft/peers.json that the launcher did not write",
            "finish what somebody began, by restarting Consul so that it takes the file in, or delete {}"),
    NO_PEERS_INFO(
            "raft/peers.info is missing, so Consul would delete a peers.json unread",
            "restart Consul on this instance once, which writes {}"),
    BAD_IDENTITY(
            "a raft id or address can't go into peers.json",
            "mend the agent so that it has a node id and an address ip:port: {}"),
    DUPLICATE_IDENTITY(
            "two living servers have the same raft id or the same address",
            "one of them runs on a copy of the other's disk: stop Consul on the wrong one of {} and move its data directory away"),
    SECOND_CLUSTER(
            "a server holds raft state of another cluster, or of a later generation of this one",
            "keep the one whose data you want: on the others of {} stop Consul and move the data directory away"),
    NO_TAG(
            "no tag is configured, so nobody knows which other instances could hold raft state",
            "set TAG_KEY and TAG_VALUE to the tag that every server's instance carries"),
    OWN_INSTANCE_UNSEEN(
            "EC2's answer does not show this instance running, so it is not about this cluster",
            "check region and account of AWS_REGION, AWS_ENDPOINT_URL_EC2 and the credentials, and that {} carries the tag"),
    EC2_NOT_ASKED("EC2 was not asked, or too long ago", "nothing: it is asked again"),
    EC2_DENIED(
            "EC2 refused to say who lives",
            "allow ec2:DescribeInstances to the task or instance role (consul-launcher doctor checks it): {}"),
    EC2_THROTTLED("EC2 throttled the request", "nothing: it is asked again, less often. {}"),
    EC2_UNREACHABLE(
            "the EC2 API can't be reached",
            "make the EC2 API reachable from this instance (route, VPC endpoint, proxy, AWS_ENDPOINT_URL_EC2): {}"),
    EC2_WRONG_REGION("the EC2 API is that of another region", "set AWS_REGION to the region of this instance: {}"),
    EC2_INCOMPLETE("EC2's answer was not whole", "nothing: it is asked again. {}"),
    NAME_UNKNOWN(
            "nobody ever saw which instance a voter ran on, so it can't be proven dead",
            "find the instances behind the raft ids {} yourself; if they are gone for good, write raft/peers.json by hand"
                    + " (docs/recovery.md)"),
    NOT_AN_INSTANCE(
            "a voter's node name is no EC2 instance id, so it can't be proven dead",
            "bring {} back; if they are gone for good, write raft/peers.json by hand (docs/recovery.md)"),
    MAY_COME_BACK(
            "a voter's instance is stopped or on its way down and may come back with its disk",
            "start {}, which brings the quorum back without any loss; or terminate them for good"),
    ALIVE(
            "a voter's instance is running: this looks like a partition, not like a loss",
            "mend the network between this server and {}, or Consul on them; or terminate them for good"),
    NOT_FOUND(
            "EC2 does not know a voter's instance, which alone proves nothing",
            "find out what became of {}; if they were terminated over an hour ago, write raft/peers.json by hand"
                    + " (docs/recovery.md)"),
    PROOF_INCOMPLETE(
            "an instance was seen terminated, but not yet twice at least 30 s apart", "nothing: {} is looked at again"),
    CONTRADICTION(
            "an instance that was proven dead has answered",
            "find out who calls itself {}: two servers must not share a name"),
    NO_ANSWER(
            "an instance that could hold raft state did not answer",
            "make Consul on {} answer at its HTTP port, or terminate the instance; if it is no server, take the tag off it"),
    NO_SURVIVOR(
            "nobody holds raft state",
            "a new cluster: wait for BOOTSTRAP_EXPECT servers. A lost one: let it bootstrap, then consul snapshot restore"
                    + " FILE from your latest backup"),
    LOSS_TOO_LARGE(
            "more acknowledged writes may be lost than is allowed",
            "if that is acceptable, set CONSUL_QUORUM_RECOVERY_MAX_LOSS to more than {}, or to any"),
    STOP_FAILED(
            "Consul was not stopped, nothing was changed",
            "mend what is named, or recover by hand (docs/recovery.md); it is tried again. {}"),
    APPLY_FAILED(
            "the plan could not be written, Consul runs with the old state",
            "check space and permissions of the data directory: {}"),
    VERIFY_FAILED(
            "the plan was applied, but the cluster is not as planned",
            "read Consul's log; the raft state from before is in {}");

    private final String what;
    private final String next;

    Reason(String what, String next) {
        this.what = what;
        this.next = next;
    }

    /// In a few words, as the log says it.
    public String what() {
        return what;
    }

    String nextStep(String subjects) {
        return next.replace("{}", subjects);
    }
}
