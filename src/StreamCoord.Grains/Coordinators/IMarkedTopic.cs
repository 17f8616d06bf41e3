using StreamCoord.Partitions;

namespace StreamCoord.Grains.Coordinators;

/// <summary>An internal topic whose coordinator has to hear of the ends of transactions in the order of its log, because it keeps a view of it.</summary>
internal interface IMarkedTopic
{
    /// <summary>The topic.</summary>
    string TopicName { get; }

    /// <summary>Writes a marker into a partition; when this ends without an error it is durable and in the view.</summary>
    Task<MarkerReply> WriteMarkerAsync(int partition, ProducerMarker marker);
}
