/// EC2 and ECS metadata over HTTP, and the EC2 API: the only place that talks to AWS. Knows config, http,
/// identity and json.
@NullMarked
package consul.launcher.aws;

import org.jspecify.annotations.NullMarked;
