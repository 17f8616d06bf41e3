using System.Globalization;
using System.Net;

namespace StreamCoord.Silo.Options;

/// <summary>
/// Reads the values of the section <c>StreamCoord</c>, each with its range, and remembers which keys exist, so that
/// <see cref="RefuseUnknownKeys"/> finds the ones that are misspelt. Not safe for concurrent use; used once, at start.
/// </summary>
/// <remarks>Values are read by hand rather than bound by reflection: that is faster at start, and each refusal can say what is accepted.</remarks>
internal sealed class SettingsReader(IConfiguration configuration)
{
    private const string Root = "StreamCoord";

    private readonly IConfigurationSection _section = configuration.GetSection(Root);
    private readonly Dictionary<string, Setting> _known = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Every key that was asked for so far, in that order.</summary>
    public IReadOnlyCollection<Setting> Known => _known.Values;

    /// <summary>The value of a key below <c>StreamCoord</c>, or null when it is not set or empty.</summary>
    public string? Text(string key, string? byDefault = null, string accepted = "text") =>
        Raw(key, byDefault ?? "none", accepted) is { Length: > 0 } text ? text : byDefault;

    public long Number(string key, long byDefault, long min, long max)
    {
        string accepted = string.Create(CultureInfo.InvariantCulture, $"a whole number from {min} to {max}");
        if (Raw(key, byDefault.ToString(CultureInfo.InvariantCulture), accepted) is not { } text)
        {
            return byDefault;
        }
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) && value >= min && value <= max
            ? value
            : throw Refuse(key, text, $"it takes {accepted}");
    }

    public int Number(string key, int byDefault, int min, int max) => (int)Number(key, (long)byDefault, min, max);

    public bool Flag(string key, bool byDefault)
    {
        const string Accepted = "true or false";
        if (Raw(key, byDefault ? "true" : "false", Accepted) is not { } text)
        {
            return byDefault;
        }
        return bool.TryParse(text, out bool value) ? value : throw Refuse(key, text, $"it takes {Accepted}");
    }

    /// <summary>One of a few words, whatever their letters' case.</summary>
    public string Word(string key, string byDefault, IReadOnlyList<string> words)
    {
        string accepted = string.Join(", ", words);
        if (Raw(key, byDefault, accepted) is not { Length: > 0 } text)
        {
            return byDefault;
        }
        return words.FirstOrDefault(word => word.Equals(text, StringComparison.OrdinalIgnoreCase)) ?? throw Refuse(key, text, $"it takes {accepted}");
    }

    /// <summary>One of the values of an enumeration, by name.</summary>
    public T Choice<T>(string key, T byDefault)
        where T : struct, Enum => Enum.Parse<T>(Word(key, byDefault.ToString(), Enum.GetNames<T>()));

    /// <summary>An address and a port to listen on.</summary>
    public IPEndPoint Endpoint(string key, IPEndPoint byDefault)
    {
        if (Raw(key, byDefault.ToString(), "an IP address and a port from 0 to 65535") is not { } text)
        {
            return byDefault;
        }
        string numeric = text.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase) ? $"127.0.0.1{text["localhost".Length..]}" : text;
        bool hasPort = numeric.LastIndexOf(':') > numeric.LastIndexOf(']') && (numeric.StartsWith('[') || numeric.Count(c => c == ':') == 1);
        return hasPort && IPEndPoint.TryParse(numeric, out IPEndPoint? endpoint)
            ? endpoint
            : throw Refuse(key, text, "it takes an IP address and a port from 0 to 65535, such as 127.0.0.1:8080 or [::1]:8080; port 0 takes a free one");
    }

    public static StartRefusedException Refuse(string key, string value, string accepted) => new($"{Root}:{key} is '{value}': {accepted}.");

    /// <summary>Refuses a key that nothing has asked for. Call it when everything is read.</summary>
    public void RefuseUnknownKeys()
    {
        foreach ((string path, string? value) in _section.AsEnumerable(makePathsRelative: true))
        {
            if (value is not null && !_known.ContainsKey(path))
            {
                string nearest = _known.Keys.MinBy(known => EditDistance.Between(known.ToUpperInvariant(), path.ToUpperInvariant()))!;
                throw new StartRefusedException($"There is no option {Root}:{path}. The one with the nearest name is {Root}:{nearest}.");
            }
        }
    }

    /// <summary>Refuses a level of logging that does not exist.</summary>
    public void CheckLogLevels()
    {
        foreach ((string path, string? value) in configuration.GetSection("Logging").AsEnumerable(makePathsRelative: true))
        {
            if (value is not null && path.Contains("LogLevel:", StringComparison.OrdinalIgnoreCase) && !Enum.TryParse<LogLevel>(value, ignoreCase: true, out _))
            {
                throw new StartRefusedException($"Logging:{path} is '{value}': it takes {string.Join(", ", Enum.GetNames<LogLevel>())}.");
            }
        }
    }

    private string? Raw(string key, string byDefault, string accepted)
    {
        _known.TryAdd(key, new Setting(key, byDefault, accepted));
        return _section[key];
    }
}
