const app = express();
app.use(cors());
app.listen(3000);
