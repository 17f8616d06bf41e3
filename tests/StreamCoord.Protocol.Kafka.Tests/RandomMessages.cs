using System.Collections;
using System.Reflection;

namespace StreamCoord.Protocol.Kafka.Tests;

/// <summary>Messages with random content, by their properties. One per seed; not for concurrent use.</summary>
/// <param name="seed">What the content comes from.</param>
/// <param name="isFull">Whether nothing is absent, null or empty; records are, which are no random bytes.</param>
internal sealed class RandomMessages(int seed, bool isFull = false)
{
    private const int DepthMax = 4;

    // Every implementation has names for these.
    private const int KnownErrors = 80;

    private readonly Random _random = new(seed);

    /// <summary>A message of a type.</summary>
    public object Make(Type type) => MakeObject(type, 0);

    /// <summary>A place in an array.</summary>
    public int Index(int length) => _random.Next(length);

    private object MakeObject(Type type, int depth)
    {
        object made = Activator.CreateInstance(type)!;
        var nullability = new NullabilityInfoContext();
        foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            bool mayBeNull = nullability.Create(property).WriteState == NullabilityState.Nullable;
            // Absent is one of the things that a field may be; so is its default.
            if (isFull ? property.Name != "Records" : _random.Next(4) > 0)
            {
                property.SetValue(made, !isFull && mayBeNull && _random.Next(3) == 0 ? null : isFull && property.Name.EndsWith("ErrorCode", StringComparison.Ordinal) ? (short)_random.Next(KnownErrors) : MakeValue(property.PropertyType, depth));
            }
        }
        return made;
    }

    private object MakeValue(Type type, int depth)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            return MakeList(type.GetGenericArguments()[0], depth);
        }
        return MakePrimitive(type) ?? MakeObject(type, depth + 1);
    }

    private object? MakePrimitive(Type type)
    {
        return Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean => _random.Next(2) == 0,
            TypeCode.SByte => (sbyte)_random.Next(sbyte.MinValue, sbyte.MaxValue),
            TypeCode.Int16 => (short)_random.Next(short.MinValue, short.MaxValue),
            TypeCode.UInt16 => (ushort)_random.Next(ushort.MaxValue),
            TypeCode.Int32 => _random.Next(int.MinValue, int.MaxValue),
            TypeCode.UInt32 => (uint)_random.NextInt64(uint.MaxValue),
            TypeCode.Int64 => _random.NextInt64(long.MinValue, long.MaxValue),
            TypeCode.Double => _random.NextDouble(),
            TypeCode.String => new string('é', _random.Next(3)) + new string('x', _random.Next(isFull ? 1 : 0, isFull ? 9 : 200)),
            _ when type == typeof(Guid) => new Guid(Bytes(16)),
            _ when type == typeof(ReadOnlyMemory<byte>) => new ReadOnlyMemory<byte>(Bytes(isFull ? _random.Next(1, 9) : _random.Next(300))),
            _ => null,
        };
    }

    private Array MakeList(Type element, int depth)
    {
        var list = Array.CreateInstance(element, depth >= DepthMax ? 0 : isFull ? _random.Next(1, 3) : _random.Next(4));
        for (int i = 0; i < list.Length; i++)
        {
            ((IList)list)[i] = MakeValue(element, depth);
        }
        return list;
    }

    private byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }
}
