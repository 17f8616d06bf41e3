using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using StreamCoord.Conformance.Tests.Operations;

namespace StreamCoord.Conformance.Tests.Drivers;

/// <summary>A client over HTTP with a session and a user: one of the sequence's connections.</summary>
internal sealed class HttpConnection(HttpClient http)
{
    private string? _session;
    private string? _password;
    private string? _user;

    /// <summary>Opens its session.</summary>
    public async Task<TreeReply> OpenAsync(int timeoutMs)
    {
        (TreeReply reply, JsonElement body) = await SendAsync("POST", "/v1/sessions", Encoding.UTF8.GetBytes($$"""{"timeout_ms":{{timeoutMs}}}"""));
        if (!reply.IsOk)
        {
            return reply;
        }
        _session = body.GetProperty("id").GetString();
        _password = body.GetProperty("password").GetString();
        return reply with { Session = Number(_session!) };
    }

    /// <summary>Ends its session.</summary>
    public async Task<TreeReply> CloseAsync() => (await SendAsync("DELETE", $"/v1/sessions/{_session}")).Reply;

    /// <summary>Makes all requests from now on those of a user.</summary>
    public void Authenticate(string user) => _user = user;

    /// <summary>The session's ephemeral znodes.</summary>
    public async Task<TreeReply> EphemeralsAsync()
    {
        (TreeReply reply, JsonElement body) = await SendAsync("GET", $"/v1/sessions/{_session}");
        return reply.IsOk ? reply with { Children = Strings(body, "ephemerals") } : reply;
    }

    /// <summary>Sends a request for a znode.</summary>
    public async Task<TreeReply> ZNodeAsync(string method, string path, string query = "", string? data = null, int? version = null)
    {
        string parameters = query + (_session is null ? "" : $"{(query.Length == 0 ? "?" : "&")}session={_session}");
        byte[]? content = data is null ? null : Convert.FromBase64String(data);
        return Read(await SendAsync(method, $"/v1/znodes{Escape(path)}{parameters}", content, version));
    }

    /// <summary>Sends a multi.</summary>
    public async Task<TreeReply> MultiAsync(IReadOnlyList<TreeOperation> operations)
    {
        byte[] content = JsonSerializer.SerializeToUtf8Bytes(new
        {
            ops = operations.Select(operation => new
            {
                op = operation.Kind,
                path = operation.Path,
                data_base64 = operation.Data,
                version = operation.Version,
                mode = operation.Mode,
                ttl_ms = operation.Ttl,
                acl = operation.Acl,
            }),
        }, WireJson.Options);
        (TreeReply reply, JsonElement body) = await SendAsync("POST", $"/v1/znodes:multi?session={_session}", content);
        if (!body.TryGetProperty("results", out JsonElement results))
        {
            return reply;
        }
        return reply with
        {
            Results = [.. results.EnumerateArray().Select(result => result.ValueKind == JsonValueKind.String ? new TreeReply { Error = result.GetString()! } : ReadBody(new TreeReply { Error = "Ok" }, result))],
        };
    }

    /// <summary>A request that the HTTP client leaves as it is: it would resolve dots.</summary>
    public HttpRequestMessage Request(string method, string target)
    {
        var uri = new Uri(new Uri(http.BaseAddress!, "/").ToString().TrimEnd('/') + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new HttpRequestMessage(new HttpMethod(method), uri);
        if (_password is not null)
        {
            request.Headers.Add("X-Session-Password", _password);
        }
        if (_user is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(_user)));
        }
        return request;
    }

    /// <summary>A path as it stands in an address.</summary>
    public static string Escape(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    /// <summary>A number that JSON has as 0x….</summary>
    public static long Number(string hexadecimal) => long.Parse(hexadecimal.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private async Task<(TreeReply Reply, JsonElement Body)> SendAsync(string method, string target, byte[]? content = null, int? version = null)
    {
        using HttpRequestMessage request = Request(method, target);
        request.Content = content is null ? null : new ByteArrayContent(content);
        if (version is { } number and not -1)
        {
            request.Headers.TryAddWithoutValidation("If-Match", string.Create(CultureInfo.InvariantCulture, $"\"{number}\""));
        }
        using HttpResponseMessage response = await http.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        JsonElement body = text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
        var reply = new TreeReply
        {
            Error = response.IsSuccessStatusCode ? "Ok" : body.ValueKind == JsonValueKind.Object ? body.GetProperty("code").GetString()! : $"{(int)response.StatusCode}",
            Detail = !response.IsSuccessStatusCode && body.ValueKind == JsonValueKind.Object ? body.GetProperty("detail").GetString() : null,
            Zxid = response.Headers.TryGetValues("X-Zxid", out IEnumerable<string>? values) ? Number(values.Single()) : 0,
        };
        return (reply, body);
    }

    private static TreeReply Read((TreeReply Reply, JsonElement Body) answer) =>
        answer.Reply.IsOk && answer.Body.ValueKind == JsonValueKind.Object ? ReadBody(answer.Reply, answer.Body) : answer.Reply;

    private static TreeReply ReadBody(TreeReply reply, JsonElement body) => reply with
    {
        Path = body.TryGetProperty("path", out JsonElement path) ? path.GetString() : null,
        Data = body.TryGetProperty("data_base64", out JsonElement data) ? data.GetString() : null,
        Children = Strings(body, "children"),
        Acl = Strings(body, "acl"),
        Stat = body.TryGetProperty("stat", out JsonElement stat) ? ReadStat(stat) : null,
    };

    private static TreeStat ReadStat(JsonElement stat)
    {
        long Id(string name) => Number(stat.GetProperty(name).GetString()!);
        int Count(string name) => stat.GetProperty(name).GetInt32();
        return new TreeStat(
            Id("czxid"), Id("mzxid"), stat.GetProperty("ctime").GetInt64(), stat.GetProperty("mtime").GetInt64(), Count("version"), Count("cversion"), Count("aversion"),
            Id("ephemeral_owner"), Count("data_length"), Count("num_children"), Id("pzxid"));
    }

    private static List<string>? Strings(JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out JsonElement array) ? [.. array.EnumerateArray().Select(item => item.GetString()!)] : null;
}
