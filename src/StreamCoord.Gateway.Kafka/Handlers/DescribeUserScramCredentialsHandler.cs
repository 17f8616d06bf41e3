using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using UserAnswer = StreamCoord.Protocol.Kafka.Messages.DescribeUserScramCredentialsResponse.DescribeUserScramCredentialsResult;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Tells for which mechanisms users have stored credentials (KIP-554); never the credentials. Users of the configuration have none that are stored.</summary>
internal sealed class DescribeUserScramCredentialsHandler(ISecurityStore store) : ApiHandler<DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse>
{
    /// <inheritdoc/>
    protected override async Task<DescribeUserScramCredentialsResponse> HandleAsync(DescribeUserScramCredentialsRequest request, KafkaRequestContext context)
    {
        if (!context.Access.AllowsCluster(AclOperation.Describe))
        {
            return new DescribeUserScramCredentialsResponse
            {
                ErrorCode = (short)ErrorCode.ClusterAuthorizationFailed,
                ErrorMessage = Access.Refusal,
            };
        }
        await store.Loaded;
        IReadOnlyDictionary<string, UserCredentials> users = store.Current.Users;
        IEnumerable<string> wanted = request.Users is null or [] ? users.Keys.Order(StringComparer.Ordinal) : request.Users.Select(user => user.Name);
        return new DescribeUserScramCredentialsResponse
        {
            Results = [.. wanted.GroupBy(name => name).Select(same => Describe(same.Key, same.Count(), users.GetValueOrDefault(same.Key)))],
        };
    }

    private static UserAnswer Describe(string user, int times, UserCredentials? credentials)
    {
        (ErrorCode error, string? message) = times > 1 ? (ErrorCode.DuplicateResource, "The request names the user more than once.")
            : credentials is null ? (ErrorCode.ResourceNotFound, "The user has no stored credentials.")
            : (ErrorCode.None, null);
        return new UserAnswer
        {
            User = user,
            ErrorCode = (short)error,
            ErrorMessage = message,
            CredentialInfos = error != ErrorCode.None ? [] :
            [
                .. credentials!.All.Select(credential => new DescribeUserScramCredentialsResponse.CredentialInfo
                {
                    Mechanism = (sbyte)credential.Mechanism,
                    Iterations = credential.Iterations,
                }),
            ],
        };
    }
}
