using System.Text;
using StreamCoord.Security;

namespace StreamCoord.Silo.Options;

/// <summary>Reads options that are lists of users with their passwords.</summary>
internal static class UserList
{
    private const string Accepted = "user:password, separated by commas; a backslash makes a comma or a backslash part of it";

    /// <summary>The passwords by user; none where the option is not set.</summary>
    public static IReadOnlyDictionary<string, string> Read(SettingsReader settings, string key)
    {
        var users = new Dictionary<string, string>();
        foreach (string entry in Split(settings.Text(key, accepted: Accepted) ?? ""))
        {
            int colon = entry.IndexOf(':', StringComparison.Ordinal);
            bool isWhole = colon > 0 && colon < entry.Length - 1;
            string? user = isWhole ? SaslPrep.TryPrepare(entry[..colon]) : null;
            string? password = isWhole ? SaslPrep.TryPrepare(entry[(colon + 1)..]) : null;
            if (user is null || password is null || !users.TryAdd(user, entry[(colon + 1)..]))
            {
                // The value is not repeated: it holds passwords.
                throw SettingsReader.Refuse(key, "…", $"it takes {Accepted}; each user once");
            }
        }
        return users;
    }

    private static List<string> Split(string text)
    {
        List<string> entries = [];
        var entry = new StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
            {
                entry.Append(text[++i]);
            }
            else if (text[i] == ',')
            {
                entries.Add(entry.ToString());
                entry.Clear();
            }
            else
            {
                entry.Append(text[i]);
            }
        }
        return entry.Length == 0 && entries.Count == 0 ? [] : [.. entries, entry.ToString()];
    }
}
