using System.Data.Common;

namespace StreamCoord.Grains.Storage;

/// <summary>Makes commands, for either kind of database.</summary>
internal static class Commands
{
    /// <summary>A command with its parameters.</summary>
    public static DbCommand CreateCommand(this DbConnection connection, string statement, IReadOnlyList<(string Name, object Value)> parameters)
    {
        DbCommand command = connection.CreateCommand();
        command.CommandText = statement;
        Add(command.Parameters, command.CreateParameter, parameters);
        return command;
    }

    /// <summary>Executes a statement once for each set of parameters, in their order; in one round trip where there is a server.</summary>
    public static async Task ExecuteAllAsync(this DbConnection connection, string statement, IEnumerable<IReadOnlyList<(string Name, object Value)>> parameterSets)
    {
        if (!connection.CanCreateBatch)
        {
            foreach (IReadOnlyList<(string, object)> parameters in parameterSets)
            {
                await using DbCommand one = connection.CreateCommand(statement, parameters);
                await one.ExecuteNonQueryAsync();
            }
            return;
        }
        await using DbBatch batch = connection.CreateBatch();
        foreach (IReadOnlyList<(string, object)> parameters in parameterSets)
        {
            DbBatchCommand command = batch.CreateBatchCommand();
            command.CommandText = statement;
            Add(command.Parameters, command.CreateParameter, parameters);
            batch.BatchCommands.Add(command);
        }
        await batch.ExecuteNonQueryAsync();
    }

    private static void Add(DbParameterCollection collection, Func<DbParameter> create, IReadOnlyList<(string Name, object Value)> parameters)
    {
        foreach ((string name, object value) in parameters)
        {
            DbParameter parameter = create();
            (parameter.ParameterName, parameter.Value) = (name, value);
            collection.Add(parameter);
        }
    }
}
