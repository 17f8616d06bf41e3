using System.Text.Json;
using System.Text.Unicode;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Http.ZNodes;

/// <summary>Znodes and what belongs to them as /v1 shows them. Numbers of transactions and sessions are text, <c>0x…</c>.</summary>
internal static class ZNodeJson
{
    /// <summary>A znode with its data, also as text when it is text.</summary>
    public static void WriteZNode(Utf8JsonWriter writer, string path, ZNodeReply reply)
    {
        writer.WriteStartObject();
        writer.WriteString("path", path);
        if (reply.Data is { } data)
        {
            writer.WriteBase64String("data_base64", data.Span);
            if (Utf8.IsValid(data.Span))
            {
                writer.WriteString("text", data.Span);
            }
        }
        else
        {
            writer.WriteNull("data_base64");
        }
        WriteStat(writer, reply.Stat);
        writer.WriteEndObject();
    }

    /// <summary>A znode without its data.</summary>
    public static void WritePathAndStat(Utf8JsonWriter writer, string path, ZNodeReply reply)
    {
        writer.WriteStartObject();
        writer.WriteString("path", path);
        WriteStat(writer, reply.Stat);
        writer.WriteEndObject();
    }

    /// <summary>The names of a znode's children, sorted.</summary>
    public static void WriteChildren(Utf8JsonWriter writer, ZNodeReply reply)
    {
        writer.WriteStartObject();
        WriteNames(writer, "children", reply.Names ?? []);
        WriteStat(writer, reply.Stat);
        writer.WriteEndObject();
    }

    /// <summary>An access control list.</summary>
    public static void WriteAcl(Utf8JsonWriter writer, ZNodeReply reply)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("acl");
        foreach (AclEntry entry in reply.Acl ?? [])
        {
            writer.WriteStringValue(AclText.Format(entry));
        }
        writer.WriteEndArray();
        WriteStat(writer, reply.Stat);
        writer.WriteEndObject();
    }

    /// <summary>Strings, sorted.</summary>
    public static void WriteNames(Utf8JsonWriter writer, string member, IEnumerable<string> names)
    {
        writer.WriteStartArray(member);
        foreach (string name in names.Order(StringComparer.Ordinal))
        {
            writer.WriteStringValue(name);
        }
        writer.WriteEndArray();
    }

    /// <summary>The member <c>stat</c>, if there is one.</summary>
    public static void WriteStat(Utf8JsonWriter writer, ZNodeStat? stat)
    {
        if (stat is not { } value)
        {
            return;
        }
        writer.WriteStartObject("stat");
        writer.WriteString("czxid", value.Czxid.ToString());
        writer.WriteString("mzxid", value.Mzxid.ToString());
        writer.WriteString("pzxid", value.Pzxid.ToString());
        writer.WriteNumber("ctime", value.CtimeMs);
        writer.WriteNumber("mtime", value.MtimeMs);
        writer.WriteNumber("version", value.Version);
        writer.WriteNumber("cversion", value.Cversion);
        writer.WriteNumber("aversion", value.Aversion);
        writer.WriteString("ephemeral_owner", value.EphemeralOwner.ToString());
        writer.WriteNumber("data_length", value.DataLength);
        writer.WriteNumber("num_children", value.ChildCount);
        writer.WriteEndObject();
    }
}
