using StreamCoord.Grains.Cluster;
using StreamCoord.Groups;

namespace StreamCoord.Grains.Groups;

/// <summary>The groups that one node coordinates. Key: <see cref="NodeKey"/> of the node.</summary>
[Alias("StreamCoord.ILedGroupCatalogueGrain")]
internal interface ILedGroupCatalogueGrain : IGrainWithStringKey
{
    /// <summary>All of them, with their states.</summary>
    [Alias("List")]
    Task<ListGroupsReply> List();
}
