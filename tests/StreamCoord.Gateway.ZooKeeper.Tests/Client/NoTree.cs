using System.Reflection;

namespace StreamCoord.Gateway.ZooKeeper.Tests.Client;

/// <summary>Stands for a service that nobody asks anything. Public, for it is derived from at run time.</summary>
public class NoTree : DispatchProxy
{
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => throw new NotSupportedException();
}
