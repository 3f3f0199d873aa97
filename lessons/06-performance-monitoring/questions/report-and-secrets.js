process.env.API_KEY = 's3cret';
process.report.excludeEnv = true;

const report = process.report.getReport();
console.log(JSON.stringify(report).includes('s3cret') ? 'the key is in it' : 'the key is not in it');
