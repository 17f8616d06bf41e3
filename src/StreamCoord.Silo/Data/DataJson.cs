using System.Text.Json.Serialization;

namespace StreamCoord.Silo.Data;

/// <summary>The form of the files that the silo keeps in its data directory.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(DirectoryIdentity))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class DataJson : JsonSerializerContext;
