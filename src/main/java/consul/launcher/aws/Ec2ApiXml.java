package consul.launcher.aws;

import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/// Reads what the EC2 API sends, while it arrives: an answer is never whole in memory.
final class Ec2ApiXml {

    private static final String RESPONSE = "/DescribeInstancesResponse";
    private static final String INSTANCE = RESPONSE + "/reservationSet/item/instancesSet/item";
    private static final String ERROR = "/Response/Errors/Error";

    /// The documented answer is about ten deep.
    private static final int DEEPEST = 40;

    /// Far more than any of the texts that are read.
    private static final int LONGEST_TEXT = 16_384;

    /// One page of DescribeInstances.
    ///
    /// @param nextToken empty on the last page
    record Page(List<Ec2Instance> instances, String nextToken) {}

    /// An error document.
    record Complaint(String code, String message, String requestId) {}

    private final XMLStreamReader xml;
    private final StringBuilder path = new StringBuilder();
    private int depth;

    private Ec2ApiXml(InputStream in) throws XMLStreamException {
        // The JDK's own: another implementation on the class path could have other defaults.
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        xml = factory.createXMLStreamReader(in);
    }

    /// @throws XMLStreamException if it is not a whole answer of DescribeInstances; reading failures are its cause
    static Page page(InputStream in) throws XMLStreamException {
        return new Ec2ApiXml(in).readPage();
    }

    /// @throws XMLStreamException if it is not an error of the EC2 API
    static Complaint error(InputStream in) throws XMLStreamException {
        return new Ec2ApiXml(in).readError();
    }

    private Page readPage() throws XMLStreamException {
        List<Ec2Instance> instances = new ArrayList<>();
        String nextToken = "";
        boolean complete = false;
        while (next()) {
            if (!xml.isStartElement()) {
                continue;
            }
            if (depth == 1 && !at(RESPONSE)) {
                throw new XMLStreamException("its root is " + xml.getLocalName() + ", not DescribeInstancesResponse");
            } else if (at(INSTANCE)) {
                instances.add(instance());
            } else if (at(RESPONSE + "/reservationSet")) {
                complete = true;
            } else if (at(RESPONSE + "/nextToken")) {
                nextToken = text();
            }
        }
        if (!complete) {
            throw new XMLStreamException("it has no reservationSet");
        }
        return new Page(List.copyOf(instances), nextToken);
    }

    private Ec2Instance instance() throws XMLStreamException {
        Map<String, String> texts = new LinkedHashMap<>();
        Map<String, String> tags = new LinkedHashMap<>();
        String key = "";
        int own = depth;
        while (next() && !(xml.isEndElement() && depth == own)) {
            if (!xml.isStartElement()) {
                continue;
            }
            String inside = path.substring(INSTANCE.length());
            switch (inside) {
                case "/instanceId",
                        "/instanceState/name",
                        "/privateIpAddress",
                        "/ipv6Address",
                        "/networkInterfaceSet/item/ipv6AddressesSet/item/ipv6Address",
                        "/launchTime",
                        "/subnetId",
                        "/placement/availabilityZone" -> texts.putIfAbsent(inside, text());
                case "/tagSet/item/key" -> key = text();
                case "/tagSet/item/value" -> tags.put(key, text());
                default -> {}
            }
        }
        return new Ec2Instance(
                required(texts, "/instanceId"),
                Ec2Instance.State.of(required(texts, "/instanceState/name")),
                optional(texts, "/privateIpAddress"),
                optional(texts, "/ipv6Address")
                        .or(() -> optional(texts, "/networkInterfaceSet/item/ipv6AddressesSet/item/ipv6Address")),
                tags,
                Optional.ofNullable(time(texts.get("/launchTime"))),
                optional(texts, "/subnetId"),
                optional(texts, "/placement/availabilityZone"));
    }

    private Complaint readError() throws XMLStreamException {
        String code = "";
        String message = "";
        String requestId = "";
        while (next()) {
            if (!xml.isStartElement()) {
                continue;
            }
            if (at(ERROR + "/Code")) {
                code = text();
            } else if (at(ERROR + "/Message")) {
                message = text();
            } else if (at("/Response/RequestID")) {
                requestId = text();
            }
        }
        if (code.isEmpty()) {
            throw new XMLStreamException("it has no error code");
        }
        return new Complaint(code, message, requestId);
    }

    /// Goes to the next event, keeping the path.
    private boolean next() throws XMLStreamException {
        if (xml.getEventType() == XMLStreamConstants.END_ELEMENT) {
            path.setLength(path.lastIndexOf("/"));
            depth--;
        }
        if (!xml.hasNext()) {
            return false;
        }
        switch (xml.next()) {
            case XMLStreamConstants.DTD ->
                throw new XMLStreamException("it has a document type, which the EC2 API never sends");
            case XMLStreamConstants.START_ELEMENT -> {
                if (++depth > DEEPEST) {
                    throw new XMLStreamException("its elements are more than " + DEEPEST + " deep");
                }
                path.append('/').append(xml.getLocalName());
            }
            default -> {}
        }
        return true;
    }

    private boolean at(String where) {
        return path.length() == where.length() && path.indexOf(where) == 0;
    }

    /// The text of the element that just began, up to its end.
    private String text() throws XMLStreamException {
        String name = xml.getLocalName();
        StringBuilder text = new StringBuilder();
        while (next() && !xml.isEndElement()) {
            if (xml.isStartElement()) {
                throw new XMLStreamException(name + " has elements inside, text is expected");
            }
            if (xml.isCharacters()) {
                text.append(xml.getText());
            }
            if (text.length() > LONGEST_TEXT) {
                throw new XMLStreamException(name + " is longer than " + LONGEST_TEXT + " characters");
            }
        }
        return text.toString();
    }

    private static String required(Map<String, String> texts, String name) throws XMLStreamException {
        String text = texts.get(name);
        if (text == null || text.isBlank()) {
            throw new XMLStreamException("an instance has no " + name.substring(1));
        }
        return text.strip();
    }

    private static Optional<String> optional(Map<String, String> texts, String name) {
        return Optional.ofNullable(texts.get(name)).map(String::strip).filter(text -> !text.isEmpty());
    }

    private static @Nullable Instant time(@Nullable String text) {
        try {
            return text == null ? null : Instant.parse(text.strip());
        } catch (DateTimeException e) {
            // Nothing is decided by it.
            return null;
        }
    }
}
