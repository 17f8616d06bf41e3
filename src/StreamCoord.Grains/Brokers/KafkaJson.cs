using System.Text.Json.Serialization;
using StreamCoord.Grains.Security;
using StreamCoord.Grains.Topics;

namespace StreamCoord.Grains.Brokers;

/// <summary>The JSON of the znodes that Kafka keeps, name for name. Unknown members are passed over, as Kafka does.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AclNode))]
[JsonSerializable(typeof(BrokerNode))]
[JsonSerializable(typeof(ClusterIdNode))]
[JsonSerializable(typeof(ControllerNode))]
[JsonSerializable(typeof(EntityConfigNode))]
[JsonSerializable(typeof(PartitionStateNode))]
[JsonSerializable(typeof(TopicConfigNode))]
[JsonSerializable(typeof(TopicNode))]
[JsonSerializable(typeof(TopicRecordNode))]
[JsonSerializable(typeof(StoredTopicState))]
internal sealed partial class KafkaJson : JsonSerializerContext;
