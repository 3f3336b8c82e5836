package consul.launcher.aws;

import java.util.List;
import java.util.Optional;

/// What came of asking the EC2 API: the instances, or why there is no answer.
public sealed interface Ec2ApiAnswer permits Ec2ApiAnswer.Instances, Ec2ApiFailure {

    /// All pages, in the order of the API. A part of the truth is never given out as the whole: where a page is
    /// missing, the answer is a failure.
    record Instances(List<Ec2Instance> all) implements Ec2ApiAnswer {

        public Instances {
            all = List.copyOf(all);
        }

        public Optional<Ec2Instance> find(String id) {
            return all.stream().filter(instance -> instance.id().equals(id)).findFirst();
        }
    }
}
