package consul.launcher.agent;

import consul.launcher.config.Origin;

/// A setting that the user made explicitly.
///
/// @param value as written; may be secret, so messages show [#by()] instead
/// @param by for messages: `the argument -node`, `node_name in /consul/config/a.json`
record Given(String value, Origin origin, String by) {}
