using System.Text.Json;
using StreamCoord.Gateway.Http.Access;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Http.Json;

/// <summary>Access control lists, member by member as Confluent's proxy writes them. One per request.</summary>
internal sealed class AclJson(ConfluentJson json, string clusterId)
{
    /// <summary>The address of all of them.</summary>
    public string Acls => $"{json.Self}/acls";

    /// <summary>The address of one: the filter that finds it alone.</summary>
    public string UrlOf(AclBinding acl) =>
        $"{Acls}?resource_type={AclWords.Write(acl.Pattern.ResourceType)}&resource_name={Uri.EscapeDataString(acl.Pattern.Name)}&pattern_type={AclWords.Write(acl.Pattern.PatternType)}"
        + $"&principal={Uri.EscapeDataString(acl.Rule.Principal)}&host={Uri.EscapeDataString(acl.Rule.Host)}&operation={AclWords.Write(acl.Rule.Operation)}&permission={AclWords.Write(acl.Rule.Permission)}";

    /// <summary>Those that a filter matches.</summary>
    public void WriteList(Utf8JsonWriter writer, string query, IEnumerable<AclBinding> acls) => ConfluentJson.WriteList(writer, "KafkaAclList", $"{Acls}{query}", () => WriteAll(writer, acls));

    /// <summary>Those that were deleted.</summary>
    public void WriteDeleted(Utf8JsonWriter writer, IEnumerable<AclBinding> acls)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("data");
        WriteAll(writer, acls);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private void WriteAll(Utf8JsonWriter writer, IEnumerable<AclBinding> acls)
    {
        foreach (AclBinding acl in acls)
        {
            Write(writer, acl);
        }
    }

    private void Write(Utf8JsonWriter writer, AclBinding acl)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", "KafkaAcl");
        writer.WriteStartObject("metadata");
        writer.WriteString("self", UrlOf(acl));
        writer.WriteEndObject();
        writer.WriteString("cluster_id", clusterId);
        writer.WriteString("resource_type", AclWords.Write(acl.Pattern.ResourceType));
        writer.WriteString("resource_name", acl.Pattern.Name);
        writer.WriteString("pattern_type", AclWords.Write(acl.Pattern.PatternType));
        writer.WriteString("principal", acl.Rule.Principal);
        writer.WriteString("host", acl.Rule.Host);
        writer.WriteString("operation", AclWords.Write(acl.Rule.Operation));
        writer.WriteString("permission", AclWords.Write(acl.Rule.Permission));
        writer.WriteEndObject();
    }
}
