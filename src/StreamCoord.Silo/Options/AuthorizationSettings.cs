using StreamCoord.Security;

namespace StreamCoord.Silo.Options;

/// <summary>Reads <see cref="AuthorizationOptions"/>, which say what each of them means.</summary>
internal static class AuthorizationSettings
{
    public static AuthorizationOptions Read(SettingsReader settings)
    {
        const string Key = "Authorization:SuperUsers";
        var defaults = new AuthorizationOptions();
        bool isEnabled = settings.Flag("Authorization:Enabled", defaults.Enabled);
        string[] superUsers = (settings.Text(Key, accepted: "User:name, separated by semicolons") ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (superUsers.FirstOrDefault(user => Principal.TryParse(user) is null) is { } wrong)
        {
            throw SettingsReader.Refuse(Key, wrong, "it takes User:name, separated by semicolons");
        }
        return new AuthorizationOptions
        {
            Enabled = isEnabled,
            SuperUsers = superUsers.ToHashSet(),
            AllowIfNoAcl = settings.Flag("Authorization:AllowIfNoAcl", defaults.AllowIfNoAcl),
        };
    }
}
