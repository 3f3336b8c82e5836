package consul.launcher.mockec2;

import java.util.List;
import java.util.Map;
import java.util.UUID;

/// The XML of DescribeInstances, of the fields that are asked for by those who discover servers.
final class DescribeXml {

    private static final String HEAD = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

    private DescribeXml() {}

    /// @param nextToken empty on the last page
    static String response(List<Instance> instances, String nextToken) {
        StringBuilder xml = new StringBuilder(HEAD);
        xml.append("<DescribeInstancesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">");
        element(xml, "requestId", UUID.randomUUID().toString());
        xml.append("<reservationSet>");
        // One reservation each, as an autoscaling group that launches one by one has.
        instances.forEach(instance -> reservation(xml, instance));
        xml.append("</reservationSet>");
        if (!nextToken.isEmpty()) {
            element(xml, "nextToken", nextToken);
        }
        return xml.append("</DescribeInstancesResponse>").toString();
    }

    static String error(String code, String message) {
        StringBuilder xml = new StringBuilder(HEAD).append("<Response><Errors><Error>");
        element(xml, "Code", code);
        element(xml, "Message", message);
        xml.append("</Error></Errors>");
        element(xml, "RequestID", UUID.randomUUID().toString());
        return xml.append("</Response>").toString();
    }

    private static void reservation(StringBuilder xml, Instance instance) {
        xml.append("<item>");
        element(xml, "reservationId", "r-" + instance.id().substring(2));
        element(xml, "ownerId", QueryApi.ACCOUNT);
        xml.append("<groupSet/><instancesSet><item>");
        element(xml, "instanceId", instance.id());
        element(xml, "imageId", "ami-0123456789abcdef0");
        xml.append("<instanceState>");
        element(xml, "code", Integer.toString(instance.state().code()));
        element(xml, "name", instance.state().text());
        xml.append("</instanceState>");
        element(xml, "instanceType", instance.type());
        element(xml, "launchTime", Json.time(instance.launched()));
        xml.append("<placement>");
        element(xml, "availabilityZone", instance.zone());
        xml.append("</placement>");
        // A terminated instance has no address any more.
        if (instance.state() != State.TERMINATED) {
            addresses(xml, instance);
        }
        xml.append("<tagSet>");
        for (Map.Entry<String, String> tag : instance.tags().entrySet()) {
            xml.append("<item>");
            element(xml, "key", tag.getKey());
            element(xml, "value", tag.getValue());
            xml.append("</item>");
        }
        xml.append("</tagSet></item></instancesSet></item>");
    }

    private static void addresses(StringBuilder xml, Instance instance) {
        if (!instance.address().isEmpty()) {
            element(xml, "privateIpAddress", instance.address());
        }
        xml.append("<networkInterfaceSet><item>");
        if (!instance.ipv6().isEmpty()) {
            xml.append("<ipv6AddressesSet><item>");
            element(xml, "ipv6Address", instance.ipv6());
            xml.append("</item></ipv6AddressesSet>");
        }
        if (!instance.address().isEmpty()) {
            element(xml, "privateIpAddress", instance.address());
        }
        xml.append("</item></networkInterfaceSet>");
    }

    private static void element(StringBuilder xml, String name, String text) {
        String escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        xml.append('<')
                .append(name)
                .append('>')
                .append(escaped)
                .append("</")
                .append(name)
                .append('>');
    }
}
