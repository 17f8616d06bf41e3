using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Silo.Tests.ZNodes;

/// <summary>Someone who uses a silo's tree by HTTP, perhaps with a session or a password. Used by one caller at a time.</summary>
internal sealed class ZNodeUser(SiloProcess silo, CancellationToken stop)
{
    /// <summary>user:password for Basic authentication.</summary>
    public string? User { get; init; }

    /// <summary>The session's id, as JSON has it.</summary>
    public string? Session { get; init; }

    public string? Password { get; init; }

    /// <summary>The same user with a session of its own.</summary>
    public async Task<ZNodeUser> OpenSessionAsync(int timeoutMs)
    {
        ZNodeAnswer opened = await SendAsync("POST", "/v1/sessions", string.Create(CultureInfo.InvariantCulture, $$"""{"timeout_ms":{{timeoutMs}}}"""));
        Assert.Equal(201, opened.Status);
        return new ZNodeUser(silo, stop) { User = User, Session = opened.Json.GetProperty("id").GetString(), Password = opened.Json.GetProperty("password").GetString() };
    }

    /// <summary>The same user and session at another silo, or at the same one after a restart.</summary>
    public ZNodeUser At(SiloProcess other) => new(other, stop) { User = User, Session = Session, Password = Password };

    public async Task<ZNodeAnswer> SendAsync(string method, string target, string? body = null, int? version = null)
    {
        string separator = target.Contains('?', StringComparison.Ordinal) ? "&" : "?";
        using var request = new HttpRequestMessage(
            new HttpMethod(method), Session is null || target.StartsWith("/v1/sessions", StringComparison.Ordinal) ? target : $"{target}{separator}session={Session}");
        request.Content = body is null ? null : new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        if (User is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(User)));
        }
        if (Password is not null)
        {
            request.Headers.Add("X-Session-Password", Password);
        }
        if (version is { } number)
        {
            request.Headers.Add("If-Match", string.Create(CultureInfo.InvariantCulture, $"\"{number}\""));
        }
        using HttpResponseMessage response = await silo.Http.SendAsync(request, stop);
        string text = await response.Content.ReadAsStringAsync(stop);
        Zxid zxid = default;
        bool hasZxid = response.Headers.TryGetValues("X-Zxid", out IEnumerable<string>? values) && Zxid.TryParse(values.Single(), out zxid);
        return new ZNodeAnswer((int)response.StatusCode, text, hasZxid ? zxid : null, response.Headers.Location?.ToString());
    }
}

/// <summary>An answer to a request for the tree.</summary>
internal sealed record ZNodeAnswer(int Status, string Body, Zxid? Zxid, string? Location)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>The code of a refusal.</summary>
    public string? Code => Json.GetProperty("code").GetString();
}
