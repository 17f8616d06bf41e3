using StreamCoord.Grains.Cluster;

namespace StreamCoord.Grains.Backups;

/// <summary>What a backup does to one silo. Key: <see cref="NodeKey"/> of the node.</summary>
[Alias("StreamCoord.IBackupNodeGrain")]
internal interface IBackupNodeGrain : IGrainWithStringKey
{
    /// <summary>Holds back all appends but those of the znode tree, and keeps maintenance away; false when another backup does, or the silo is stopping.</summary>
    [Alias("Hold")]
    Task<bool> Hold(Guid backup);

    /// <summary>Lets appends go on. True when they were held back all the time since.</summary>
    [Alias("Release")]
    Task<bool> Release(Guid backup);

    /// <summary>Keeps maintenance away for some time more.</summary>
    [Alias("KeepMaintenanceAway")]
    Task KeepMaintenanceAway(Guid backup);

    /// <summary>The backup is written, or given up.</summary>
    [Alias("End")]
    Task End(Guid backup);
}
