namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>Asks for another set of servers.</summary>
/// <param name="JoiningServers">Those that join, separated by commas.</param>
/// <param name="LeavingServers">The numbers of those that leave, separated by commas.</param>
/// <param name="NewMembers">All of them, in place of the others.</param>
/// <param name="CurrentConfigVersion">The version of the configuration that it is based on; -1 for any.</param>
public readonly record struct ReconfigRequest(string? JoiningServers, string? LeavingServers, string? NewMembers, long CurrentConfigVersion)
    : IJuteRecord<ReconfigRequest>
{
    /// <inheritdoc/>
    public int SizeBytes => JuteSize.OfString(JoiningServers) + JuteSize.OfString(LeavingServers) + JuteSize.OfString(NewMembers) + JuteSize.Long;

    /// <inheritdoc/>
    public static ReconfigRequest Read(ref JuteReader reader) =>
        new(reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadLong());

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        writer.WriteString(JoiningServers);
        writer.WriteString(LeavingServers);
        writer.WriteString(NewMembers);
        writer.WriteLong(CurrentConfigVersion);
    }
}
