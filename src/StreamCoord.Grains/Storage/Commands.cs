using System.Data.Common;

namespace StreamCoord.Grains.Storage;

/// <summary>Makes commands, for either kind of database.</summary>
internal static class Commands
{
    /// <summary>A command with its parameters.</summary>
    public static DbCommand CreateCommand(this DbConnection connection, string statement, (string Name, object Value)[] parameters)
    {
        DbCommand command = connection.CreateCommand();
        command.CommandText = statement;
        foreach ((string name, object value) in parameters)
        {
            DbParameter parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
        return command;
    }
}
