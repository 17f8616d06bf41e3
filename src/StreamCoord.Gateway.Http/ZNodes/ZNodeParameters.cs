using System.Globalization;
using Microsoft.Extensions.Primitives;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Http.ZNodes;

/// <summary>Reads what a request for a znode says beside its path; what is wrong is refused by name, with what is accepted.</summary>
internal static class ZNodeParameters
{
    private const long TtlMsMax = (1L << 40) - 1;

    /// <summary>A parameter of the query, or null.</summary>
    public static string? Query(HttpContext context, string name)
    {
        StringValues values = context.Request.Query[name];
        if (values.Count > 1)
        {
            RequestException.Throw(ZNodeErrors.BadArguments($"The parameter {name} is given {values.Count} times; give it once."));
        }
        return values.Count == 0 ? null : values[0];
    }

    /// <summary>What of the znode is asked for: one of <paramref name="accepted"/>, or null for the znode itself.</summary>
    public static string? View(HttpContext context, params ReadOnlySpan<string> accepted)
    {
        string? view = Query(context, "view");
        if (view is not null && !accepted.Contains(view))
        {
            string others = accepted.Length == 0 ? "none" : string.Join(", ", accepted);
            RequestException.Throw(ZNodeErrors.BadArguments($"The parameter view is '{view}': {context.Request.Method} takes {others}."));
        }
        return view;
    }

    /// <summary>The version of the header If-Match; any where it is missing or <c>*</c>.</summary>
    public static int ExpectedVersion(HttpContext context)
    {
        string text = context.Request.Headers.IfMatch.ToString();
        if (text.Length == 0 || text == "*")
        {
            return WriteOperation.AnyVersion;
        }
        ReadOnlySpan<char> number = text.Length > 2 && text[0] == '"' && text[^1] == '"' ? text.AsSpan(1, text.Length - 2) : text;
        if (!int.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int version) || version == WriteOperation.AnyVersion)
        {
            RequestException.Throw(ZNodeErrors.BadArguments($"The header If-Match is {text}: it takes one version, such as \"3\", or * for any."));
        }
        return version;
    }

    /// <summary>The kind of znode to create, and its time to live.</summary>
    public static (CreateMode Mode, long TtlMs) Mode(HttpContext context)
    {
        string? ttl = Query(context, "ttl_ms");
        long? ttlMs = null;
        if (ttl is not null)
        {
            ttlMs = long.TryParse(ttl, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : 0;
        }
        return Mode(Query(context, "mode"), ttlMs);
    }

    /// <summary>The kind of znode that a word stands for, with its time to live.</summary>
    public static (CreateMode Mode, long TtlMs) Mode(string? word, long? ttlMs)
    {
        CreateMode mode = word switch
        {
            null or "persistent" => CreateMode.Persistent,
            "ephemeral" => CreateMode.Ephemeral,
            "persistent_sequential" => CreateMode.PersistentSequential,
            "ephemeral_sequential" => CreateMode.EphemeralSequential,
            "container" => CreateMode.Container,
            "ttl" => CreateMode.PersistentWithTtl,
            "ttl_sequential" => CreateMode.PersistentSequentialWithTtl,
            _ => throw new RequestException(ZNodeErrors.BadArguments(
                $"The mode is '{word}': it takes persistent, ephemeral, persistent_sequential, ephemeral_sequential, container, ttl or ttl_sequential.")),
        };
        bool hasTtl = mode is CreateMode.PersistentWithTtl or CreateMode.PersistentSequentialWithTtl;
        if (hasTtl != ttlMs.HasValue || ttlMs is < 1 or > TtlMsMax)
        {
            RequestException.Throw(ZNodeErrors.BadArguments($"The modes ttl and ttl_sequential, and no others, take ttl_ms: a number from 1 to {TtlMsMax}."));
        }
        return (mode, ttlMs ?? 0);
    }

    /// <summary>The access control list in the query, or null.</summary>
    public static IReadOnlyList<AclEntry>? Acl(HttpContext context)
    {
        StringValues values = context.Request.Query["acl"];
        return values.Count == 0 ? null : [.. values.SelectMany(value => AclText.ParseList(value ?? ""))];
    }

    /// <summary>A zxid in the query, or null.</summary>
    public static Zxid? ZxidOf(HttpContext context, string name)
    {
        string? text = Query(context, name);
        if (text is null)
        {
            return null;
        }
        if (!Zxid.TryParse(text, out Zxid zxid) || zxid < Zxid.Zero)
        {
            RequestException.Throw(ZNodeErrors.BadArguments($"The parameter {name} is '{text}': it takes a zxid, such as 0x100000002."));
        }
        return zxid;
    }

    /// <summary>A yes or no in the query; no where it is missing.</summary>
    public static bool Flag(HttpContext context, string name)
    {
        string? text = Query(context, name);
        if (text is not (null or "true" or "false"))
        {
            RequestException.Throw(ZNodeErrors.BadArguments($"The parameter {name} is '{text}': it takes true or false."));
        }
        return text == "true";
    }

    /// <summary>The id of a session, as it stands in a path or a query.</summary>
    public static SessionId Session(string text)
    {
        if (!SessionId.TryParse(text, out SessionId session) || session == SessionId.None)
        {
            RequestException.Throw(ZNodeErrors.BadArguments($"'{text}' is not the id of a session, such as 0x1000000a1b20000."));
        }
        return session;
    }
}
