/// Watches a server's quorum and recovers it as [consul.launcher.recovery] decides: gathers the facts, keeps the
/// ledger, applies plans. Loaded on the watch thread of a server only. Knows config, json, aws, consul, process
/// and recovery.
@NullMarked
package consul.launcher.quorum;

import org.jspecify.annotations.NullMarked;
