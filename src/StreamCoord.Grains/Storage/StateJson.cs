using System.Text.Json.Serialization;
using StreamCoord.Grains.Topics;

namespace StreamCoord.Grains.Storage;

/// <summary>The types of state that grains keep.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true)]
[JsonSerializable(typeof(TopicState))]
[JsonSerializable(typeof(TopicCatalogueState))]
internal sealed partial class StateJson : JsonSerializerContext;
