using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orleans.Storage;

namespace StreamCoord.Grains.Storage;

/// <summary>
/// Writes the state of grains as JSON, so that an operator can read it in the database, with code made at build time, so that the
/// silo's start does not pay for reflection. Immutable and safe for concurrent use.
/// </summary>
internal sealed class StateSerializer : IGrainStorageSerializer
{
    public BinaryData Serialize<T>(T? input) => new(JsonSerializer.SerializeToUtf8Bytes(input!, TypeInfo<T>()));

    public T Deserialize<T>(BinaryData input) => JsonSerializer.Deserialize(input.ToMemory().Span, TypeInfo<T>())!;

    private static JsonTypeInfo<T> TypeInfo<T>() => (JsonTypeInfo<T>)StateJson.Default.GetTypeInfo(typeof(T))!;
}
