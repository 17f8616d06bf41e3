using Microsoft.Extensions.Logging.Abstractions;
using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Security;
using StreamCoord.Testing.Security;

namespace StreamCoord.Gateway.Kafka.Tests.Clients;

/// <summary>The parts of a listener's security, as a test wants them.</summary>
internal static class SecurityFakes
{
    public static KafkaSecurity Security(
        KafkaGatewayOptions? options = null, MemoryStore? store = null, TimeProvider? time = null, params (string User, string Password)[] users)
    {
        MemoryStore stored = store ?? new MemoryStore();
        TimeProvider clock = time ?? TimeProvider.System;
        var directory = new UserDirectory(users.ToDictionary(one => one.User, one => one.Password), stored, new byte[32]);
        return new KafkaSecurity(directory, stored, new AuthorizationOptions(), new ClientQuotas(stored, clock), options ?? new KafkaGatewayOptions(), clock, NullLogger<KafkaSecurity>.Instance);
    }

    public static ClientSession Client(KafkaSecurity? security = null) => new("127.0.0.1", Principal.Anonymous, security ?? Security());
}
