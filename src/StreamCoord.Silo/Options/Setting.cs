namespace StreamCoord.Silo.Options;

/// <summary>One key of the configuration, as <see cref="SettingsReader"/> was asked for it.</summary>
/// <param name="Key">Its name below <c>StreamCoord</c>.</param>
/// <param name="Default">What holds when it is not set.</param>
/// <param name="Accepted">Which values are taken, in words.</param>
internal sealed record Setting(string Key, string Default, string Accepted);
